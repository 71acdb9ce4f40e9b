namespace RosFL.Imaging.Formats;

/// <summary>The IHDR chunk of a PNG file (ISO/IEC 15948).</summary>
internal sealed record PngHeader(int Width, int Height, int Depth, int ColourType, bool Interlaced)
{
    private const int Palette = 3;

    public bool IsPalette => ColourType == Palette;

    public bool IsColour => ColourType is 2 or 6;

    /// <summary>Samples of a pixel as stored, alpha included.</summary>
    public int Samples => ColourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    public int BitsPerPixel => Samples * Depth;

    public int RowBytes(int width) => (int)(((long)width * BitsPerPixel + 7) / 8);

    public static PngHeader Parse(SourceFile file, ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length != 13)
            throw file.Refused($"has a header chunk of {chunk.Length} bytes", "it has 13");
        var header = new EndianBytes(chunk, bigEndian: true);
        var (depth, colour) = (chunk[8], chunk[9]);
        file.Count("an image of", header.UInt32(0), header.UInt32(4), colour is 2 or 3 or 6 ? 3 : 1);
        var legal = colour switch { 0 => depth is 1 or 2 or 4 or 8 or 16, Palette => depth is 1 or 2 or 4 or 8, 2 or 4 or 6 => depth is 8 or 16, _ => false };
        if (!legal)
            throw file.Refused($"declares colour type {colour} with {depth} bits", "PNG has no such pixels");
        if (chunk[10] != 0 || chunk[11] != 0 || chunk[12] > 1)
            throw file.Refused($"declares methods {chunk[10]}, {chunk[11]}, {chunk[12]}", "PNG has compression 0, filter 0, interlace 0 or 1");
        return new PngHeader(header.Int32(0), header.Int32(4), depth, colour, chunk[12] == 1);
    }

    /// <summary>The passes of the image: one, or the seven of Adam7 that are not empty.</summary>
    public IEnumerable<PngPass> Passes()
    {
        PngPass[] passes = !Interlaced
            ? [new(0, 0, 1, 1)]
            : [new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2)];
        return passes.Where(pass => pass.Left < Width && pass.Top < Height);
    }

    public int PassWidth(PngPass pass) => (Width - pass.Left + pass.StepX - 1) / pass.StepX;

    public int PassHeight(PngPass pass) => (Height - pass.Top + pass.StepY - 1) / pass.StepY;
}

/// <summary>The pixels (Left + n StepX, Top + m StepY) of an interlaced image.</summary>
internal readonly record struct PngPass(int Left, int Top, int StepX, int StepY);
