using System.Text;

namespace RosFL.Imaging.Formats;

/// <summary>The chunks of a PNG file that matter for its pixels; every chunk's checksum is compared.</summary>
internal sealed record PngChunks(PngHeader Header, byte[] Palette, MemoryStream Compressed)
{
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    public static PngChunks Parse(SourceFile file)
    {
        var bytes = file.ReadAll();
        if (!bytes.AsSpan().StartsWith(Magic))
            throw file.Refused("does not begin with PNG's magic", "a .png file must");
        PngHeader? header = null;
        byte[] palette = [];
        var data = new MemoryStream();
        var previous = "";
        for (var at = Magic.Length; ;)
        {
            var (name, content) = Next(file, bytes, ref at);
            if (header is null != (name == "IHDR"))
                throw file.Refused($"has chunk {name} out of order", "IHDR comes first and once");
            switch (name)
            {
                case "IHDR": header = PngHeader.Parse(file, content); break;
                case "PLTE" when palette.Length == 0 && data.Length == 0: palette = ParsePalette(file, content); break;
                case "IDAT" when data.Length == 0 || previous == "IDAT": data.Write(content); break;
                case "IEND" when content.Length == 0: return End(file, new PngChunks(header!, palette, data), bytes.Length - at);
                case { } when char.IsAsciiLetterUpper(name[0]): throw file.Refused($"has chunk {name} unknown or out of order", "PNG's own order is needed");
            }
            previous = name;
        }
    }

    private static (string Name, byte[] Content) Next(SourceFile file, byte[] bytes, ref int at)
    {
        if (bytes.Length - at < 12)
            throw file.Refused("ends before its IEND chunk", "a whole file is needed: copy it again");
        var length = new EndianBytes(bytes, bigEndian: true).UInt32(at);
        if (length > bytes.Length - at - 12)
            throw file.Refused($"declares a chunk of {length} bytes where {bytes.Length - at - 12} are left", "chunks lie inside the file");
        var named = bytes.AsSpan(at + 4, 4 + (int)length);
        foreach (var letter in named[..4])
        {
            if (!char.IsAsciiLetter((char)letter))
                throw file.Refused("has a chunk whose name is not four letters", "PNG's chunks are");
        }
        if (Checksums.Crc32(named) != new EndianBytes(bytes, bigEndian: true).UInt32(at + 8 + (int)length))
            throw file.Refused("has a chunk with a wrong checksum", "the file is damaged: copy it again");
        at += 12 + (int)length;
        return (Encoding.ASCII.GetString(named[..4]), named[4..].ToArray());
    }

    private static byte[] ParsePalette(SourceFile file, byte[] content) =>
        content.Length is > 0 and <= 768 && content.Length % 3 == 0 ? content
            : throw file.Refused($"has a palette of {content.Length} bytes", "it is 1 to 256 colours of 3 bytes");

    private static PngChunks End(SourceFile file, PngChunks chunks, int left)
    {
        if (left != 0)
            throw file.Refused($"goes on for {left} bytes after its end", "IEND is a PNG's last chunk");
        if (chunks.Header.IsPalette && chunks.Palette.Length == 0)
            throw file.Refused("has no palette", "an image of palette indices needs one");
        chunks.Compressed.Position = 0;
        return chunks;
    }
}
