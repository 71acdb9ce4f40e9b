namespace RosFL.Imaging.Formats;

/// <summary>What one directory of a TIFF file declares about its pixels, checked against the file before anything is decoded.</summary>
internal sealed record TiffPage
{
    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>Samples of a pixel as stored, alpha included.</summary>
    public required int Samples { get; init; }

    /// <summary>Samples that are kept.</summary>
    public required int Channels { get; init; }

    public required NumberType Type { get; init; }

    /// <summary>Each sample in its own strips or tiles.</summary>
    public required bool Separate { get; init; }

    public required bool Tiled { get; init; }

    /// <summary>Pixels of a strip or tile.</summary>
    public required int BlockWidth { get; init; }

    public required int BlockHeight { get; init; }

    public int SamplesPerBlock => Separate ? 1 : Samples;

    public int BlockBytes => BlockWidth * BlockHeight * SamplesPerBlock * Type.Size();

    public int BlocksAcross => (Width + BlockWidth - 1) / BlockWidth;

    public int BlocksDown => (Height + BlockHeight - 1) / BlockHeight;

    public int Blocks => BlocksAcross * BlocksDown * (Separate ? Samples : 1);

    public static TiffPage Parse(SourceFile file, TiffTags tags)
    {
        var (width, height) = (tags.Single(256), tags.Single(257));
        var samples = tags.Single(277, 1);
        var pixels = file.Count("an image of", width, height, samples);
        if (samples > 64)
            throw file.Refused($"declares {samples} samples a pixel", "at most 64 are read");
        var tiled = tags.Has(322);
        var (blockWidth, blockHeight) = tiled ? (tags.Single(322), tags.Single(323)) : (width, Math.Min(tags.Single(278, height), height));
        var page = new TiffPage
        {
            Width = (int)width,
            Height = (int)height,
            Samples = (int)samples,
            Channels = ChannelsOf(file, tags, samples),
            Type = TypeOf(file, tags),
            Separate = tags.Single(284, 1) == 2 && samples > 1,
            Tiled = tiled,
            BlockWidth = file.Count("blocks of width", blockWidth),
            BlockHeight = file.Count("blocks of height", blockHeight),
        };
        CheckBlocks(file, tags, page, pixels);
        return page;
    }

    private static int ChannelsOf(SourceFile file, TiffTags tags, long samples)
    {
        var photometric = tags.Single(262);
        if (photometric == 2 && samples is 3 or 4)
            return 3;
        if (photometric is not (0 or 1))
            throw file.Refused($"has photometric interpretation {photometric} with {samples} samples", "gray (0, 1) and RGB (2) are read: convert palettes and others");
        var alpha = tags.Has(338) && tags.Values(338).Any(kind => kind is 1 or 2);
        return (int)(alpha && samples > 1 ? samples - 1 : samples);
    }

    private static NumberType TypeOf(SourceFile file, TiffTags tags)
    {
        long[] bits = tags.Has(258) ? tags.Values(258) : [1], formats = tags.Has(339) ? tags.Values(339) : [1];
        if (bits.Distinct().Count() != 1 || formats.Distinct().Count() != 1)
            throw file.Refused("has samples of different types", "all must be alike");
        return (formats[0], bits[0]) switch
        {
            (1 or 4, 8) => NumberType.UInt8,
            (1 or 4, 16) => NumberType.UInt16,
            (1 or 4, 32) => NumberType.UInt32,
            (2, 8) => NumberType.Int8,
            (2, 16) => NumberType.Int16,
            (2, 32) => NumberType.Int32,
            (3, 32) => NumberType.Float32,
            (3, 64) => NumberType.Float64,
            var (format, depth) => throw file.Refused($"has samples of format {format} with {depth} bits", "integers of 8, 16 or 32 bits and floats of 32 or 64 are read"),
        };
    }

    private static void CheckBlocks(SourceFile file, TiffTags tags, TiffPage page, long samples)
    {
        file.Count("blocks of", page.BlockWidth, page.BlockHeight, page.SamplesPerBlock, page.Type.Size());
        var (offsets, lengths) = page.Tiled ? (tags.Values(324), tags.Values(325)) : (tags.Values(273), tags.Values(279));
        var blocks = (long)page.BlocksAcross * page.BlocksDown * (page.Separate ? page.Samples : 1);
        if (offsets.Length != blocks || lengths.Length != blocks)
            throw file.Refused($"has {offsets.Length} block offsets and {lengths.Length} lengths", $"its size needs {blocks}");
        for (var i = 0; i < blocks; i++)
            tags.RequireInside(offsets[i], lengths[i], "pixels");
        var inflation = tags.Single(259, 1) switch
        {
            1 => 1,
            5 => 2731, // LZW: 12 bits give at most 4096 bytes
            8 or 32946 => SourceFile.MaxInflation,
            32773 => 64,
            var method => throw file.Refused($"has compression {method}", "none, LZW, Deflate and PackBits are read"),
        };
        var declared = blocks * page.BlockBytes;
        if (page.Tiled && declared > 4 * samples * page.Type.Size() + (1 << 20))
            throw file.Refused("has tiles much larger than its image", "tiles cover the image once");
        if (Math.Min(declared, samples * page.Type.Size()) > lengths.Sum() * inflation)
            throw file.Refused($"declares {declared} bytes of pixels in {lengths.Sum()} stored ones", $"this compression shrinks at most {inflation} times");
    }
}
