using System.Buffers.Binary;
using System.IO.Compression;

namespace RosFL.Imaging.Formats;

/// <summary>A data element: its type number and its bytes without tag and padding.</summary>
internal readonly record struct MatElement(uint Type, Memory<byte> Content);

/// <summary>Walks the tagged elements of a MAT-file or of one matrix in it, never past the end of <paramref name="bytes"/>.</summary>
internal sealed class MatElements(SourceFile file, Memory<byte> bytes, bool bigEndian)
{
    public const uint Matrix = 14;
    public const uint Compressed = 15;

    private int position;

    /// <summary>The next element, or null at the end.</summary>
    public MatElement? Next()
    {
        var rest = bytes[position..];
        if (rest.IsEmpty)
            return null;
        if (rest.Length < 8)
            throw file.Refused($"has {rest.Length} bytes where an element's tag should be", "a tag is 8 bytes: copy the file again");
        var tag = new EndianBytes(rest.Span, bigEndian);
        var type = tag.UInt32(0);
        return type >> 16 == 0 ? Long(type, tag.UInt32(4), rest) : Small(type, rest);
    }

    /// <summary>The matrix inside a compressed element. Its declared length is checked before it is inflated, its checksum afterwards.</summary>
    public static MatElement Inflate(SourceFile file, Memory<byte> compressed, bool bigEndian) => file.Guard(() =>
    {
        using var inflater = new ZLibStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
        var tag = new byte[8];
        file.Fill(inflater, tag, "a compressed element's tag");
        var (type, length) = (new EndianBytes(tag, bigEndian).UInt32(0), new EndianBytes(tag, bigEndian).UInt32(4));
        if (type != Matrix)
            throw file.Refused($"holds a compressed element of type {type}", $"it must be a matrix ({Matrix})");
        if (length > compressed.Length * SourceFile.MaxInflation || length > Array.MaxLength)
            throw file.Refused($"declares {length} bytes in a compressed element of {compressed.Length}",
                $"data shrink at most {SourceFile.MaxInflation} times");
        var content = new byte[length];
        file.Fill(inflater, content, "a compressed element");
        file.RefuseMore(inflater, "a compressed element's declared length");
        var sum = Checksums.Adler32(content, Checksums.Adler32(tag));
        if (compressed.Length < 6 || BinaryPrimitives.ReadUInt32BigEndian(compressed.Span[^4..]) != sum)
            throw file.Refused("holds a compressed element that is cut or damaged", "its checksum must fit: copy the file again");
        return new MatElement(type, content);
    });

    private MatElement Long(uint type, uint length, Memory<byte> rest)
    {
        if (length > rest.Length - 8)
            throw file.Refused($"declares an element of {length} bytes where {rest.Length - 8} are left", "elements lie inside the file");
        var padded = type == Compressed ? length : ((long)length + 7) / 8 * 8;
        position += 8 + (int)Math.Min(padded, rest.Length - 8); // the last element's padding may be missing
        return new MatElement(type, rest.Slice(8, (int)length));
    }

    private MatElement Small(uint typeAndLength, Memory<byte> rest)
    {
        var length = typeAndLength >> 16;
        if (length > 4)
            throw file.Refused($"declares a small element of {length} bytes", "small elements have at most 4");
        position += 8;
        return new MatElement(typeAndLength & 0xffff, rest.Slice(4, (int)length));
    }
}

