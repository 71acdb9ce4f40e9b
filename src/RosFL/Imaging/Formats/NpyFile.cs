using System.Buffers.Binary;
using System.Text;

namespace RosFL.Imaging.Formats;

/// <summary>NumPy's .npy: versions 1 to 3, C and Fortran order, both byte orders, every real numeric type (NEP 1 of NumPy).</summary>
public static class NpyFile
{
    /// <summary>Headers of plain arrays have some 120 bytes; NumPy itself refuses more than 10,000 by default.</summary>
    private const int MaxHeader = 10_000;

    private static ReadOnlySpan<byte> Magic => "NUMPY"u8;

    /// <summary>Reads an array of any rank up to 32.</summary>
    /// <exception cref="RosFL.Runs.RosflException">The file is malformed.</exception>
    public static NumericArray Read(string path)
    {
        var file = new SourceFile(path);
        return file.Read(stream =>
        {
            var header = NpyHeader.Parse(file, ReadHeader(file, stream));
            var count = file.Count("a shape of", [.. header.Shape.Select(size => (long)size)]);
            var found = stream.Length - stream.Position;
            if (found != (long)count * header.Type.Size())
                throw file.Refused($"holds {found} bytes of values", $"its header declares {(long)count * header.Type.Size()}");
            var values = NumberReader.ReadFloats(file, stream, header.Type, header.BigEndian, count);
            return new NumericArray(header.FortranOrder ? NumericArray.FromColumnMajor(values, header.Shape) : values, header.Shape);
        });
    }

    /// <summary>Writes the picture's values and shape as float32, version 1.0, C order.</summary>
    public static void Write(string path, Picture picture) => WholeFile.Write(path, stream =>
    {
        var shape = string.Join(", ", picture.Shape);
        var text = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}";
        var header = text.PadRight((10 + text.Length + 1 + 63) / 64 * 64 - 11) + "\n";
        stream.Write([0x93, .. Magic, 1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header));
        NumberWriter.Write(stream, NumberType.Float32, picture.Values);
    });

    private static string ReadHeader(SourceFile file, Stream stream)
    {
        Span<byte> start = stackalloc byte[8];
        file.Fill(stream, start, "its first 8 bytes");
        if (start[0] != 0x93 || !start[1..6].SequenceEqual(Magic))
            throw file.Refused("does not begin with NumPy's magic", "a .npy file must");
        if (start[6] is < 1 or > 3 || start[7] != 0)
            throw file.Refused($"has version {start[6]}.{start[7]}", "versions 1.0, 2.0 and 3.0 are read");
        Span<byte> size = stackalloc byte[4];
        size.Clear();
        file.Fill(stream, start[6] == 1 ? size[..2] : size, "the length of its header");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(size);
        if (length > MaxHeader)
            throw file.Refused($"declares a header of {length} bytes", $"at most {MaxHeader} are read");
        var header = new byte[length];
        file.Fill(stream, header, "its header");
        return Encoding.Latin1.GetString(header);
    }
}
