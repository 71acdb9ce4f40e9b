namespace RosFL.Imaging.Formats;

/// <summary>Parses NIfTI headers after nifti1.h and nifti2.h of the NIfTI Data Format Working Group.</summary>
internal static class NiftiHeaderReader
{
    public const int Length1 = 348;
    public const int Length2 = 540;

    /// <summary>Extensions before the values; real ones have some kilobytes.</summary>
    private const long MaxDataOffset = 1 << 28;

    public static NiftiHeader Read(SourceFile file, Stream stream)
    {
        Span<byte> bytes = stackalloc byte[Length2];
        file.Fill(stream, bytes[..Length1], "its header");
        var (version, bigEndian) = Version(file, bytes[..4]);
        if (version == 2)
            file.Fill(stream, bytes[Length1..], "its header");
        var isSingle = version == 1 ? bytes[344..348].SequenceEqual("n+1\0"u8) : bytes[4..12].SequenceEqual("n+2\0\r\n\u001a\n"u8);
        if (!isSingle)
            throw file.Refused("lacks the magic of a single NIfTI file", "n+1 or n+2 is read, pairs of .hdr and .img are not");
        var header = new EndianBytes(bytes, bigEndian);
        var parsed = version == 1 ? Parse1(file, header) : Parse2(file, header);
        Check(file, parsed);
        return parsed;
    }

    private static (int Version, bool BigEndian) Version(SourceFile file, ReadOnlySpan<byte> start)
    {
        foreach (var bigEndian in new[] { false, true })
        {
            var length = new EndianBytes(start, bigEndian).Int32(0);
            if (length is Length1 or Length2)
                return (length == Length1 ? 1 : 2, bigEndian);
        }
        throw file.Refused("does not begin with a NIfTI header's length", $"the first number must be {Length1} or {Length2}");
    }

    private static NiftiHeader Parse1(SourceFile file, EndianBytes header)
    {
        var dim = new long[8];
        var pixDim = new double[8];
        for (var i = 0; i < 8; i++)
            (dim[i], pixDim[i]) = (header.Int16(40 + 2 * i), header.Single(76 + 4 * i));
        var (size, channels) = Grid(file, dim);
        return new NiftiHeader
        {
            Version = 1,
            BigEndian = header.BigEndian,
            Size = size,
            Channels = channels,
            Type = TypeOf(file, header.Int16(70), header.Int16(72)),
            PixDim = pixDim,
            DataOffset = Offset(file, header.Single(108), Length1 + 4),
            Slope = header.Single(112),
            Intercept = header.Single(116),
            Units = header.Byte(123),
            QformCode = header.Int16(252),
            SformCode = header.Int16(254),
            Quaternion = [header.Single(256), header.Single(260), header.Single(264)],
            QuaternionOffset = [header.Single(268), header.Single(272), header.Single(276)],
            Srow = Singles(header, 280),
        };
    }

    private static NiftiHeader Parse2(SourceFile file, EndianBytes header)
    {
        var dim = new long[8];
        var pixDim = new double[8];
        for (var i = 0; i < 8; i++)
            (dim[i], pixDim[i]) = (header.Int64(16 + 8 * i), header.Double(104 + 8 * i));
        var (size, channels) = Grid(file, dim);
        return new NiftiHeader
        {
            Version = 2,
            BigEndian = header.BigEndian,
            Size = size,
            Channels = channels,
            Type = TypeOf(file, header.Int16(12), header.Int16(14)),
            PixDim = pixDim,
            DataOffset = Offset(file, header.Int64(168), Length2 + 4),
            Slope = header.Double(176),
            Intercept = header.Double(184),
            QformCode = header.Int32(344),
            SformCode = header.Int32(348),
            Quaternion = [header.Double(352), header.Double(360), header.Double(368)],
            QuaternionOffset = [header.Double(376), header.Double(384), header.Double(392)],
            Srow = Doubles(header, 400),
            Units = header.Int32(500),
        };
    }

    private static (int[] Size, int Channels) Grid(SourceFile file, long[] dim)
    {
        var axes = dim[0];
        if (axes is < 1 or > 7)
            throw file.Refused($"declares {axes} dimensions", "NIfTI has 1 to 7");
        var sizes = dim.AsSpan(1, (int)axes);
        file.Count("dimensions", sizes);
        long[] size = [1, 1, 1];
        sizes[..Math.Min(3, sizes.Length)].CopyTo(size);
        var channels = sizes.Length > 3 ? file.Count("dimensions after the third", sizes[3..]) : 1;
        return ([(int)size[0], (int)size[1], (int)size[2]], channels);
    }

    private static long Offset(SourceFile file, double offset, int least) =>
        offset >= least && offset <= MaxDataOffset && offset == Math.Floor(offset) ? (long)offset
            : throw file.Refused($"declares that its values begin at byte {offset}", $"that must be a whole number from {least} to {MaxDataOffset}");

    private static NumberType TypeOf(SourceFile file, int code, int bits)
    {
        NumberType? type = code switch
        {
            2 => NumberType.UInt8,
            4 => NumberType.Int16,
            8 => NumberType.Int32,
            16 => NumberType.Float32,
            64 => NumberType.Float64,
            256 => NumberType.Int8,
            512 => NumberType.UInt16,
            768 => NumberType.UInt32,
            1024 => NumberType.Int64,
            1280 => NumberType.UInt64,
            32 or 1792 or 2048 => throw file.Refused("holds complex numbers", "real ones are read: store magnitude or parts as channels"),
            128 or 2304 => throw file.Refused("holds RGB voxels", "numbers are read: store the colours as channels"),
            _ => null,
        };
        if (type is null)
            throw file.Refused($"declares data type {code}", "integers of 1 to 8 bytes and floats of 4 or 8 are read");
        return bits == 8 * type.Value.Size() ? type.Value
            : throw file.Refused($"declares {bits} bits a voxel", $"its data type has {8 * type.Value.Size()}");
    }

    private static void Check(SourceFile file, NiftiHeader header)
    {
        if (!double.IsFinite(header.Slope) || !double.IsFinite(header.Intercept))
            throw file.Refused("declares a slope or intercept that is not finite", "both must be numbers (slope 0 for none)");
    }

    private static double[] Singles(EndianBytes header, int offset)
    {
        var numbers = new double[12];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = header.Single(offset + 4 * i);
        return numbers;
    }

    private static double[] Doubles(EndianBytes header, int offset)
    {
        var numbers = new double[12];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = header.Double(offset + 8 * i);
        return numbers;
    }
}
