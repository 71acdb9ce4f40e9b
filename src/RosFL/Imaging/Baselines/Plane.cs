namespace RosFL.Imaging.Baselines;

/// <summary>One slice of one channel, row-major. Beyond its border it repeats its edge.</summary>
internal readonly record struct Plane(float[] Values, int Width)
{
    public int Height => Values.Length / Width;

    /// <summary>The value at a row and column that may lie beyond the border.</summary>
    public float At(int y, int x) => Values[Math.Clamp(y, 0, Height - 1) * Width + Math.Clamp(x, 0, Width - 1)];

    /// <summary>A copy with <paramref name="margin"/> more pixels on each side.</summary>
    public Plane Widened(int margin)
    {
        var (height, width) = (Height + 2 * margin, Width + 2 * margin);
        var values = new float[height * width];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                values[y * width + x] = At(y - margin, x - margin);
        return new Plane(values, width);
    }

    /// <summary>Correlates columns with <paramref name="vertical"/> and rows with <paramref name="horizontal"/>, both of odd length.</summary>
    public Plane Filtered(float[] vertical, float[] horizontal) => AlongRows(horizontal).AlongColumns(vertical);

    /// <summary>Every slice of every channel of <paramref name="picture"/> through <paramref name="change"/>.</summary>
    public static Picture Map(Picture picture, Func<Plane, Plane> change)
    {
        var width = picture.Size[^1];
        var length = picture.Size[^2] * width;
        var values = new float[picture.Values.Length];
        for (var start = 0; start < values.Length; start += length)
            change(new Plane(picture.Values[start..(start + length)], width)).Values.CopyTo(values, start);
        return picture with { Values = values };
    }

    private Plane AlongRows(float[] kernel)
    {
        var radius = kernel.Length / 2;
        var (result, line) = (new float[Values.Length], new float[Width + 2 * radius]);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < line.Length; x++)
                line[x] = At(y, x - radius);
            for (var x = 0; x < Width; x++)
            {
                var sum = 0f;
                for (var k = 0; k < kernel.Length; k++)
                    sum += kernel[k] * line[x + k];
                result[y * Width + x] = sum;
            }
        }
        return this with { Values = result };
    }

    private Plane AlongColumns(float[] kernel)
    {
        var radius = kernel.Length / 2;
        var result = new float[Values.Length];
        for (var y = 0; y < Height; y++)
            for (var k = 0; k < kernel.Length; k++)
            {
                var from = Math.Clamp(y + k - radius, 0, Height - 1) * Width;
                for (var x = 0; x < Width; x++)
                    result[y * Width + x] += kernel[k] * Values[from + x];
            }
        return this with { Values = result };
    }
}
