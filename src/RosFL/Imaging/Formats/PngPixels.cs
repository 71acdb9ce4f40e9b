namespace RosFL.Imaging.Formats;

/// <summary>Collects decoded rows of a PNG file into a picture.</summary>
internal sealed class PngPixels
{
    private readonly SourceFile _file;
    private readonly PngHeader _header;
    private readonly byte[] _palette;
    private readonly int _channels;

    public PngPixels(SourceFile file, PngHeader header, byte[] palette)
    {
        (_file, _header, _palette) = (file, header, palette);
        var isGray = header.IsPalette ? IsGray(palette) : !header.IsColour;
        _channels = isGray ? 1 : 3;
        Picture = new Picture(new float[_channels * header.Height * header.Width], _channels, header.Height, header.Width);
    }

    public Picture Picture { get; }

    /// <summary>Takes row <paramref name="y"/> of a pass, without its filter byte.</summary>
    public void Take(ReadOnlySpan<byte> row, int width, PngPass pass, int y)
    {
        var plane = _header.Height * _header.Width;
        var first = (pass.Top + y * pass.StepY) * _header.Width + pass.Left;
        for (var x = 0; x < width; x++)
        {
            var place = first + x * pass.StepX;
            for (var channel = 0; channel < _channels; channel++)
                Picture.Values[channel * plane + place] = _header.IsPalette ? Colour(Sample(row, x), channel) : Sample(row, x * _header.Samples + channel);
        }
    }

    private static bool IsGray(byte[] palette)
    {
        for (var i = 0; i < palette.Length; i += 3)
        {
            if (palette[i] != palette[i + 1] || palette[i] != palette[i + 2])
                return false;
        }
        return true;
    }

    private byte Colour(int index, int channel) => 3 * index < _palette.Length ? _palette[3 * index + channel]
        : throw _file.Refused($"has a pixel beyond its palette of {_palette.Length / 3} colours", "every index must be in the palette");

    private int Sample(ReadOnlySpan<byte> row, int index) => _header.Depth switch
    {
        16 => row[2 * index] << 8 | row[2 * index + 1],
        8 => row[index],
        var depth => row[index * depth / 8] >> (8 - depth - index * depth % 8) & ((1 << depth) - 1),
    };
}
