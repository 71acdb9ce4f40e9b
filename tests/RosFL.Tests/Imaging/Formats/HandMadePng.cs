using System.Buffers.Binary;
using System.IO.Compression;

namespace RosFL.Tests.Imaging.Formats;

/// <summary>PNG files chunk by chunk.</summary>
internal static class HandMadePng
{
    public static readonly byte[] Magic = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>A file whose rows (each with its filter byte) are given one after the other.</summary>
    public static byte[] File(int width, int height, byte depth, byte colour, byte[] rows, byte[]? palette = null, bool interlaced = false) =>
    [
        .. Magic,
        .. Header(width, height, depth, colour, interlaced),
        .. palette is null ? [] : Chunk("PLTE", palette),
        .. Chunk("IDAT", Zlib(rows)),
        .. Chunk("IEND", []),
    ];

    public static byte[] Header(int width, int height, byte depth, byte colour, bool interlaced = false)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, colour, (byte)(interlaced ? 1 : 0));
        return Chunk("IHDR", header);
    }

    public static byte[] Chunk(string name, byte[] content)
    {
        byte[] named = [.. System.Text.Encoding.ASCII.GetBytes(name), .. content];
        var crc = 0xffffffffu;
        foreach (var value in named)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? 0xedb88320 ^ (crc >> 1) : crc >> 1;
        }
        return [.. Number(content.Length), .. named, .. Number((int)~crc)];
    }

    public static byte[] Zlib(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(content);
        return compressed.ToArray();
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
