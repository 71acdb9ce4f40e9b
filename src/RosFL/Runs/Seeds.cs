using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;

namespace RosFL.Runs;

/// <summary>
/// Every source of chance of a run. A stream is named by its purpose and its coordinates (site, round, step, ...), so no draw
/// depends on how many were made before it: a resumed run continues with the bits of the undisturbed one.
/// </summary>
public readonly record struct Seeds(long Run)
{
    /// <summary>The seed of the stream <paramref name="purpose"/> at <paramref name="coordinates"/>: SHA-256 of all of them, cut to 63 bits.</summary>
    public long For(string purpose, params ReadOnlySpan<long> coordinates)
    {
        var name = Encoding.UTF8.GetBytes(purpose);
        var text = new byte[8 + name.Length + 8 * coordinates.Length];
        BinaryPrimitives.WriteInt64LittleEndian(text, Run);
        name.CopyTo(text, 8);
        for (var i = 0; i < coordinates.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(text.AsSpan(8 + name.Length + 8 * i), coordinates[i]);
        return BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(text)) & long.MaxValue;
    }

    /// <summary>A number that stands for a name (a site's, say) in the coordinates of a stream.</summary>
    public static long Of(string name) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    /// <summary>A random source for choices made outside tensors, from a seed that <see cref="For"/> gave.</summary>
    public static Random Random(long seed) => new((int)(seed ^ (seed >> 32)));

    /// <summary>A torch generator on the CPU from a seed that <see cref="For"/> gave; the caller disposes it.</summary>
    public static torch.Generator Generator(long seed) => new((ulong)seed, torch.CPU);
}
