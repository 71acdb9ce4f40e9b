using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>
/// Secret sharing (Shamir 1979): the secret, a big-endian number, is cut into chunks of 31 bits, most significant first, and each is shared
/// by a polynomial of its own modulo the prime 2^31 + 11. A share is the value of every polynomial at the site's id, as big-endian u32.
/// </summary>
public static class Shamir
{
    private const int ChunkBits = 31;
    private const ulong Prime = (1UL << ChunkBits) + 11;

    /// <summary>Shares for the given ids, any <paramref name="threshold"/> of which give the secret and fewer nothing.</summary>
    public static byte[][] Share(ReadOnlySpan<byte> secret, int threshold, IReadOnlyList<uint> ids)
    {
        var chunks = Chunks(secret);
        var polynomials = chunks.Select(chunk => Polynomial(chunk, threshold)).ToArray();
        var shares = ids.Select(_ => new byte[4 * chunks.Length]).ToArray();
        for (var i = 0; i < ids.Count; i++)
            for (var c = 0; c < chunks.Length; c++)
                BinaryPrimitives.WriteUInt32BigEndian(shares[i].AsSpan(4 * c), (uint)ValueAt(polynomials[c], ids[i]));
        return shares;
    }

    /// <summary>The secret of <paramref name="length"/> bytes from as many shares as its threshold; null when they fit no secret.</summary>
    public static byte[]? Combine(IReadOnlyList<(uint Id, byte[] Share)> shares, int length)
    {
        var factors = LagrangeAtZero([.. shares.Select(s => s.Id)]);
        var number = BigInteger.Zero;
        for (var c = 0; c < ChunkCount(length); c++)
        {
            ulong chunk = 0;
            for (var i = 0; i < shares.Count; i++)
                chunk = (chunk + BinaryPrimitives.ReadUInt32BigEndian(shares[i].Share.AsSpan(4 * c)) % Prime * factors[i]) % Prime;
            if (chunk >> ChunkBits != 0) return null;
            number = (number << ChunkBits) + chunk;
        }
        return number.GetByteCount(isUnsigned: true) > length ? null : Padded(number, length);
    }

    public static int ShareLength(int secretLength) => 4 * ChunkCount(secretLength);

    private static int ChunkCount(int length) => (8 * length + ChunkBits - 1) / ChunkBits;

    private static ulong[] Chunks(ReadOnlySpan<byte> secret)
    {
        var number = new BigInteger(secret, isUnsigned: true, isBigEndian: true);
        var chunks = new ulong[ChunkCount(secret.Length)];
        for (var c = chunks.Length - 1; c >= 0; c--, number >>= ChunkBits) chunks[c] = (ulong)(number & ((1L << ChunkBits) - 1));
        return chunks;
    }

    private static byte[] Padded(BigInteger number, int length)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return number.IsZero ? new byte[length] : [.. new byte[length - bytes.Length], .. bytes];
    }

    private static ulong[] Polynomial(ulong secret, int threshold) => [secret, .. Enumerable.Range(1, threshold - 1).Select(_ => Uniform())];

    /// <summary>Uniform below the prime, by rejection: a remainder would favour small numbers.</summary>
    private static ulong Uniform()
    {
        Span<byte> bytes = stackalloc byte[4];
        while (true)
        {
            RandomNumberGenerator.Fill(bytes);
            var value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            if (value < Prime) return value;
        }
    }

    private static ulong ValueAt(ulong[] polynomial, uint x)
    {
        ulong value = 0;
        for (var i = polynomial.Length - 1; i >= 0; i--) value = (value * x + polynomial[i]) % Prime;
        return value;
    }

    private static ulong[] LagrangeAtZero(uint[] ids) => [.. ids.Select(i =>
    {
        ulong above = 1, below = 1;
        foreach (var j in ids.Where(j => j != i)) (above, below) = (above * j % Prime, below * ((Prime + j - i) % Prime) % Prime);
        return above * Inverse(below) % Prime;
    })];

    private static ulong Inverse(ulong value) => (ulong)BigInteger.ModPow(value, Prime - 2, Prime);
}
