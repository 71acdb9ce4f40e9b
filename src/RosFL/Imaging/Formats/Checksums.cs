namespace RosFL.Imaging.Formats;

/// <summary>
/// CRC-32 (PNG, gzip) and Adler-32 (zlib). The runtime's inflater does not notice a stream that ends early, so the readers compare these themselves.
/// </summary>
internal static class Checksums
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    /// <summary>Continues a CRC; starts from 0.</summary>
    public static uint Crc32(ReadOnlySpan<byte> bytes, uint crc = 0)
    {
        crc = ~crc;
        foreach (var b in bytes)
            crc = Table[(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc;
    }

    /// <summary>Continues an Adler sum; starts from 1.</summary>
    public static uint Adler32(ReadOnlySpan<byte> bytes, uint adler = 1)
    {
        var (a, b) = (adler & 0xffff, adler >> 16);
        while (bytes.Length > 0)
        {
            var part = bytes[..Math.Min(bytes.Length, 5552)]; // the longest run whose sums stay within 32 bits
            foreach (var value in part)
                b += a += value;
            (a, b) = (a % 65521, b % 65521);
            bytes = bytes[part.Length..];
        }
        return b << 16 | a;
    }

    private static uint Entry(int n)
    {
        var entry = (uint)n;
        for (var bit = 0; bit < 8; bit++)
            entry = (entry & 1) == 1 ? 0xedb88320 ^ (entry >> 1) : entry >> 1;
        return entry;
    }
}
