using System.Buffers.Binary;

namespace RosFL.Imaging.Formats;

/// <summary>Writes a header and the four bytes that say "no extensions", little-endian, all texts empty.</summary>
internal static class NiftiHeaderWriter
{
    public static byte[] Bytes(NiftiHeader header)
    {
        var large = header.Version == 2 || header.Size.Append(header.Channels).Any(size => size > short.MaxValue);
        return large ? Bytes2(header) : Bytes1(header);
    }

    private static byte[] Bytes1(NiftiHeader header)
    {
        var bytes = new byte[NiftiHeaderReader.Length1 + 4];
        var dim = Dim(header);
        Int32(bytes, 0, NiftiHeaderReader.Length1);
        bytes[38] = (byte)'r'; // "regular", which old readers ask for
        for (var i = 0; i < 8; i++)
        {
            Int16(bytes, 40 + 2 * i, dim[i]);
            Single(bytes, 76 + 4 * i, header.PixDim[i]);
        }
        Int16(bytes, 70, Code(header.Type));
        Int16(bytes, 72, 8 * header.Type.Size());
        Single(bytes, 108, bytes.Length);
        Single(bytes, 112, header.Slope);
        Single(bytes, 116, header.Intercept);
        bytes[123] = (byte)header.Units;
        Int16(bytes, 252, header.QformCode);
        Int16(bytes, 254, header.SformCode);
        double[] place = [.. header.Quaternion, .. header.QuaternionOffset, .. header.Srow];
        for (var i = 0; i < place.Length; i++)
            Single(bytes, 256 + 4 * i, place[i]);
        "n+1\0"u8.CopyTo(bytes.AsSpan(344));
        return bytes;
    }

    private static byte[] Bytes2(NiftiHeader header)
    {
        var bytes = new byte[NiftiHeaderReader.Length2 + 4];
        var dim = Dim(header);
        Int32(bytes, 0, NiftiHeaderReader.Length2);
        "n+2\0\r\n\u001a\n"u8.CopyTo(bytes.AsSpan(4));
        Int16(bytes, 12, Code(header.Type));
        Int16(bytes, 14, 8 * header.Type.Size());
        for (var i = 0; i < 8; i++)
        {
            Int64(bytes, 16 + 8 * i, dim[i]);
            Double(bytes, 104 + 8 * i, header.PixDim[i]);
        }
        Int64(bytes, 168, bytes.Length);
        Double(bytes, 176, header.Slope);
        Double(bytes, 184, header.Intercept);
        Int32(bytes, 344, header.QformCode);
        Int32(bytes, 348, header.SformCode);
        double[] place = [.. header.Quaternion, .. header.QuaternionOffset, .. header.Srow];
        for (var i = 0; i < place.Length; i++)
            Double(bytes, 352 + 8 * i, place[i]);
        Int32(bytes, 500, header.Units);
        return bytes;
    }

    private static int[] Dim(NiftiHeader header) => header.Channels == 1
        ? [3, .. header.Size, 1, 1, 1, 1]
        : [4, .. header.Size, header.Channels, 1, 1, 1];

    private static int Code(NumberType type) => type switch
    {
        NumberType.UInt8 => 2,
        NumberType.Int16 => 4,
        NumberType.Int32 => 8,
        NumberType.Float32 => 16,
        NumberType.Float64 => 64,
        NumberType.Int8 => 256,
        NumberType.UInt16 => 512,
        NumberType.UInt32 => 768,
        NumberType.Int64 => 1024,
        NumberType.UInt64 => 1280,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "NIfTI has no such type"),
    };

    private static void Int16(byte[] bytes, int at, int value) => BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(at), (short)value);

    private static void Int32(byte[] bytes, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);

    private static void Int64(byte[] bytes, int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), value);

    private static void Single(byte[] bytes, int at, double value) => BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), (float)value);

    private static void Double(byte[] bytes, int at, double value) => BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(at), value);
}
