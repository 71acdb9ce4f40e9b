using System.Buffers.Binary;
using System.Security.Cryptography;

namespace RosFL.Runs;

/// <summary>
/// Uniform and normal numbers from a key of 256 bits: AES in counter mode. libtorch's generator keeps 32 bits of its seed, so whoever sees what a
/// layer does could try all seeds until he holds its weights; here he cannot.
/// </summary>
public sealed class KeyStream : IDisposable
{
    private const int BlockBytes = 16, FloatBits = 24;
    private readonly Aes cipher = Aes.Create();
    private long counter;

    internal KeyStream(byte[] key) => cipher.Key = key;

    /// <summary>Fills with numbers uniform in [-<paramref name="bound"/>, <paramref name="bound"/>), 24 bits each.</summary>
    public void Fill(Span<float> values, double bound)
    {
        var words = Words(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            var share = (BinaryPrimitives.ReadUInt32LittleEndian(words.AsSpan(sizeof(uint) * i)) >> (32 - FloatBits)) / (double)(1 << FloatBits);
            values[i] = (float)((2 * share - 1) * bound);
        }
    }

    /// <summary>Fills with numbers of the standard normal distribution (Box and Muller 1958).</summary>
    public void FillNormal(Span<float> values)
    {
        var words = Words(2 * values.Length);
        double Uniform(int i) => (BinaryPrimitives.ReadUInt32LittleEndian(words.AsSpan(sizeof(uint) * i)) + 0.5) / (1L << 32);
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(Uniform(2 * i))) * Math.Cos(2 * Math.PI * Uniform(2 * i + 1)));
    }

    public void Dispose() => cipher.Dispose();

    private byte[] Words(int count)
    {
        var blocks = new byte[(count * sizeof(uint) + BlockBytes - 1) / BlockBytes * BlockBytes];
        for (var at = 0; at < blocks.Length; at += BlockBytes)
            BinaryPrimitives.WriteInt64LittleEndian(blocks.AsSpan(at), counter++);
        // one block a counter: electronic code book over counters is counter mode
        cipher.EncryptEcb(blocks, blocks, PaddingMode.None);
        return blocks;
    }
}
