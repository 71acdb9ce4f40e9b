namespace RosFL.Imaging.Formats;

/// <summary>Collects decoded rows of a PNG file into a picture.</summary>
internal sealed class PngPixels
{
    private readonly SourceFile file;
    private readonly PngHeader header;
    private readonly byte[] palette;
    private readonly int channels;

    public PngPixels(SourceFile file, PngHeader header, byte[] palette)
    {
        (this.file, this.header, this.palette) = (file, header, palette);
        var isGray = header.IsPalette ? IsGray(palette) : !header.IsColour;
        channels = isGray ? 1 : 3;
        Picture = new Picture(new float[channels * header.Height * header.Width], channels, header.Height, header.Width);
    }

    public Picture Picture { get; }

    /// <summary>Takes row <paramref name="y"/> of a pass, without its filter byte.</summary>
    public void Take(ReadOnlySpan<byte> row, int width, PngPass pass, int y)
    {
        var plane = header.Height * header.Width;
        var first = (pass.Top + y * pass.StepY) * header.Width + pass.Left;
        for (var x = 0; x < width; x++)
        {
            var place = first + x * pass.StepX;
            for (var channel = 0; channel < channels; channel++)
                Picture.Values[channel * plane + place] = header.IsPalette ? Colour(Sample(row, x), channel) : Sample(row, x * header.Samples + channel);
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

    private byte Colour(int index, int channel) => 3 * index < palette.Length ? palette[3 * index + channel]
        : throw file.Refused($"has a pixel beyond its palette of {palette.Length / 3} colours", "every index must be in the palette");

    private int Sample(ReadOnlySpan<byte> row, int index) => header.Depth switch
    {
        16 => row[2 * index] << 8 | row[2 * index + 1],
        8 => row[index],
        var depth => row[index * depth / 8] >> (8 - depth - index * depth % 8) & ((1 << depth) - 1),
    };
}

