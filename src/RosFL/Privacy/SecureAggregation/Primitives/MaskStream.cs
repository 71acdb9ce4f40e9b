using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>
/// The pseudo-random vector of a key: AES-256-CTR from an all-zero counter, read as little-endian 64-bit numbers, added to a vector or taken
/// away from it. Counter blocks are encrypted many at a time, which is as fast as the processor's AES.
/// </summary>
public static class MaskStream
{
    private const int BlocksAtOnce = 2048, NumbersAtOnce = 2 * BlocksAtOnce;

    public static void Add(ReadOnlySpan<byte> key, Span<ulong> vector) => Apply(key, UInt128.Zero, vector, add: true);

    public static void Subtract(ReadOnlySpan<byte> key, Span<ulong> vector) => Apply(key, UInt128.Zero, vector, add: false);

    /// <param name="counter">Of the first block; it counts up as one big-endian number.</param>
    public static void Apply(ReadOnlySpan<byte> key, UInt128 counter, Span<ulong> vector, bool add)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Secure aggregation needs a little-endian processor.");
        using var aes = Aes.Create();
        aes.SetKey(key);
        var blocks = new byte[16 * Math.Min(BlocksAtOnce, (vector.Length + 1) / 2)];
        var stream = new byte[blocks.Length];
        for (var at = 0; at < vector.Length; at += NumbersAtOnce)
        {
            var part = vector[at..Math.Min(vector.Length, at + NumbersAtOnce)];
            var bytes = (part.Length + 1) / 2 * 16;
            for (var i = 0; i < bytes; i += 16) BinaryPrimitives.WriteUInt128BigEndian(blocks.AsSpan(i), counter++);
            aes.EncryptEcb(blocks.AsSpan(0, bytes), stream, PaddingMode.None);
            var mask = MemoryMarshal.Cast<byte, ulong>(stream.AsSpan(0, bytes))[..part.Length];
            if (add) Ring.Add(part, mask);
            else Ring.Subtract(part, mask);
        }
    }
}
