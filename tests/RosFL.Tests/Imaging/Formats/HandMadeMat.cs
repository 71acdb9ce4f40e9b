using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace RosFL.Tests.Imaging.Formats;

/// <summary>MATLAB 5 files byte by byte in either byte order.</summary>
internal sealed class HandMadeMat(bool bigEndian)
{
    public byte[] File(params byte[][] elements)
    {
        var header = new byte[128];
        Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, made by hand".PadRight(116)).CopyTo(header, 0);
        (header[124], header[125]) = bigEndian ? ((byte)1, (byte)0) : ((byte)0, (byte)1);
        Encoding.ASCII.GetBytes(bigEndian ? "MI" : "IM").CopyTo(header, 126);
        return [.. header, .. elements.SelectMany(e => e)];
    }

    /// <summary>An array of class <paramref name="matClass"/> whose stored bytes are in this file's order.</summary>
    public byte[] Matrix(string name, int matClass, int[] dims, int type, byte[] stored, bool complex = false) => Element(14,
    [
        .. Element(6, [.. Word(matClass | (complex ? 0x0800 : 0)), .. Word(0)]),
        .. Element(5, [.. dims.SelectMany(Word)]),
        .. name.Length <= 4 ? Small(1, Encoding.ASCII.GetBytes(name)) : Element(1, Encoding.ASCII.GetBytes(name)),
        .. stored.Length <= 4 ? Small(type, stored) : Element(type, stored),
        .. complex ? Element(type, stored) : [],
    ]);

    public byte[] Compressed(byte[] element)
    {
        var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(element);
        return [.. Word(15), .. Word((int)compressed.Length), .. compressed.ToArray()];
    }

    public byte[] Element(int type, byte[] content) => [.. Word(type), .. Word(content.Length), .. content, .. new byte[(8 - content.Length % 8) % 8]];

    public byte[] Floats(params float[] values) => [.. values.SelectMany(value => Word(BitConverter.SingleToInt32Bits(value)))];

    public byte[] Word(int value)
    {
        var bytes = new byte[4];
        if (bigEndian)
            BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private byte[] Small(int type, byte[] content) => [.. Word(type | content.Length << 16), .. content, .. new byte[4 - content.Length]];
}
