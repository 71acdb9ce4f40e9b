namespace RosFL.Imaging.Phantoms;

/// <summary>A phantom being painted: HU and labels of a square (1,H,W) or a cube (1,D,H,W), which shows <see cref="FieldMm"/> from side to side.</summary>
internal sealed class Canvas
{
    public const double FieldMm = 320;

    private readonly int size;
    private readonly int depth;
    private readonly double pixelMm;
    private readonly float[] hu;
    private readonly float[] labels;

    public Canvas(int size, int dimensions)
    {
        (this.size, depth, pixelMm) = (size, dimensions == 3 ? size : 1, FieldMm / size);
        (hu, labels) = (new float[depth * size * size], new float[depth * size * size]);
        Shape = dimensions == 3 ? [1, size, size, size] : [1, size, size];
        hu.AsSpan().Fill(-1000);
    }

    public int[] Shape { get; }

    public float[] Hu => hu;

    public float[] Labels => labels;

    /// <summary>Covers what is there; the border is a smooth step of the given width, and the label's border is in its middle.</summary>
    public void Paint(Ellipsoid part, double edgeMm)
    {
        var reach = part.LargestHalf + edgeMm;
        var (left, right) = Range(part.X, reach, size);
        var (top, bottom) = Range(part.Y, reach, size);
        var (front, back) = depth == 1 ? (0, 1) : Range(part.Z, part.HalfZ + edgeMm, depth);
        for (var k = front; k < back; k++)
            for (var j = top; j < bottom; j++)
                for (var i = left; i < right; i++)
                    PaintPixel(part, edgeMm, (k * size + j) * size + i, Place(i, size), Place(j, size), Place(k, depth));
    }

    /// <summary>Adds a smooth random pattern to tissue (not to air and lungs).</summary>
    public void AddTexture(Random random, double amplitude)
    {
        var waves = Enumerable.Range(0, 8).Select(_ => Wave.Draw(random)).ToArray();
        for (var index = 0; index < hu.Length; index++)
        {
            var (x, y, z) = (Place(index % size, size), Place(index / size % size, size), Place(index / size / size, depth));
            var tissue = Math.Clamp((hu[index] + 500) / 300, 0, 1);
            if (tissue > 0)
                hu[index] += (float)(tissue * amplitude * waves.Sum(w => w.At(x, y, z)) / Math.Sqrt(waves.Length / 2.0));
        }
    }

    private void PaintPixel(Ellipsoid part, double edgeMm, int index, double x, double y, double z)
    {
        var inside = Math.Clamp((1 - part.Radius(x, y, z)) * part.SmallestHalf / edgeMm + 0.5, 0, 1);
        if (inside <= 0)
            return;
        hu[index] += (float)(inside * inside * (3 - 2 * inside) * (part.Hu - hu[index]));
        if (inside > 0.5)
            labels[index] = part.Label;
    }

    private double Place(int index, int count) => (index - (count - 1) / 2.0) * pixelMm;

    private (int First, int End) Range(double centre, double reach, int count) =>
        (Math.Clamp((int)Math.Floor((centre - reach) / pixelMm + (count - 1) / 2.0), 0, count),
            Math.Clamp((int)Math.Ceiling((centre + reach) / pixelMm + (count - 1) / 2.0) + 1, 0, count));

    private readonly record struct Wave(double X, double Y, double Z, double Phase)
    {
        /// <summary>Wave lengths of 20 to 80 mm in random directions.</summary>
        public static Wave Draw(Random random)
        {
            var number = 2 * Math.PI / (20 + 60 * random.NextDouble());
            var (sin, cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
            return new(number * cos, number * sin, number * (random.NextDouble() - 0.5), 2 * Math.PI * random.NextDouble());
        }

        public double At(double x, double y, double z) => Math.Sin(X * x + Y * y + Z * z + Phase);
    }
}
