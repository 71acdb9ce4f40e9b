using System.Buffers.Binary;
using System.IO.Compression;

namespace RosFL.Imaging.Formats;

/// <summary>
/// PNG of every depth, interlaced or not. Values are the stored numbers (0..2^bits-1), 16 bits kept; alpha and colour profiles are dropped.
/// A palette of colours gives three channels of 0..255, one of grays gives one channel.
/// </summary>
public static class PngFile
{
    /// <summary>Reads gray as (1, H, W) and colour as (3, H, W).</summary>
    /// <exception cref="RosFL.Runs.RosflException">The file is malformed.</exception>
    public static Picture Read(string path)
    {
        var file = new SourceFile(path);
        var chunks = PngChunks.Parse(file);
        return file.Guard(() => Decode(file, chunks));
    }

    /// <summary>Writes (1, H, W) as gray of 8 or 16 bits or (3, H, W) as 8-bit RGB; values are rounded and clipped to what the depth holds.</summary>
    public static void Write(string path, Picture picture, int bits = 8)
    {
        var colour = picture.Channels == 3;
        if (picture.Dimensions != 2 || !colour && picture.Channels != 1 || bits != 8 && (bits != 16 || colour))
            throw new ArgumentException($"PNG is written from (1, H, W) with 8 or 16 bits or (3, H, W) with 8, not from {picture.Channels} channels with {bits} bits.");
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Shape[2]);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), picture.Shape[1]);
        (header[8], header[9]) = ((byte)bits, (byte)(colour ? 2 : 0));
        WholeFile.Write(path, stream =>
        {
            stream.Write(PngChunks.Magic);
            WriteChunk(stream, "IHDR"u8, header);
            WriteChunk(stream, "IDAT"u8, Compress(picture, bits));
            WriteChunk(stream, "IEND"u8, []);
        });
    }

    private static Picture Decode(SourceFile file, PngChunks chunks)
    {
        var header = chunks.Header;
        var declared = header.Passes().Sum(pass => (long)header.PassHeight(pass) * (1 + header.RowBytes(header.PassWidth(pass))));
        if (declared > chunks.Compressed.Length * SourceFile.MaxInflation)
            throw file.Refused($"declares {declared} bytes of pixels in {chunks.Compressed.Length} compressed ones", $"data shrink at most {SourceFile.MaxInflation} times");
        var pixels = new PngPixels(file, header, chunks.Palette);
        var adler = 1u;
        using var inflater = new ZLibStream(chunks.Compressed, CompressionMode.Decompress);
        foreach (var pass in header.Passes())
        {
            var width = header.PassWidth(pass);
            var (row, above) = (new byte[1 + header.RowBytes(width)], new byte[1 + header.RowBytes(width)]);
            for (var y = 0; y < header.PassHeight(pass); y++, (row, above) = (above, row))
            {
                file.Fill(inflater, row, "its pixels");
                adler = Checksums.Adler32(row, adler);
                PngFilter.Undo(file, row, above, Math.Max(1, header.BitsPerPixel / 8));
                pixels.Take(row.AsSpan(1), width, pass, y);
            }
        }
        file.RefuseMore(inflater, "its last row of pixels");
        CheckSum(file, chunks.Compressed, adler);
        return pixels.Picture;
    }

    private static void CheckSum(SourceFile file, MemoryStream compressed, uint adler)
    {
        if (compressed.Length < 6 || BinaryPrimitives.ReadUInt32BigEndian(compressed.ToArray().AsSpan()[^4..]) != adler)
            throw file.Refused("holds pixels that are cut or damaged", "their checksum must fit: copy the file again");
    }

    private static byte[] Compress(Picture picture, int bits)
    {
        var (channels, height, width) = (picture.Shape[0], picture.Shape[1], picture.Shape[2]);
        var row = new byte[1 + channels * width * bits / 8];
        using var compressed = new MemoryStream();
        using (var deflater = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                for (var i = 0; i < channels * width; i++)
                {
                    var value = picture.Values[i % channels * height * width + y * width + i / channels];
                    if (bits == 8)
                        row[1 + i] = byte.CreateSaturating(MathF.Round(value));
                    else
                        BinaryPrimitives.WriteUInt16BigEndian(row.AsSpan(1 + 2 * i), ushort.CreateSaturating(MathF.Round(value)));
                }
                deflater.Write(row);
            }
        }
        return compressed.ToArray();
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        stream.Write(number);
        stream.Write(name);
        stream.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Checksums.Crc32(content, Checksums.Crc32(name)));
        stream.Write(number);
    }
}
