namespace RosFL.Imaging.Baselines;

/// <summary>
/// Mean of the pixels in an 11x11 search window whose 5x5 surroundings look alike (Buades et al. 2005); the pixel itself weighs as much as
/// the best of the others. One image of squared differences a shift, summed over columns and then rows, does all pixels at once.
/// </summary>
/// <param name="Strength">Root mean square difference of surroundings at which the weight has fallen to 1/e, in the image's units.</param>
public sealed record NonLocalMeansFilter(double Strength) : ClassicalFilter
{
    private const int Patch = 2;
    private const int Search = 5;

    internal override Plane Apply(Plane plane)
    {
        var wide = plane.Widened(Search + Patch);
        var (sum, total, best) = (new float[plane.Values.Length], new float[plane.Values.Length], new float[plane.Values.Length]);
        var perPixel = (2 * Patch + 1) * (2 * Patch + 1);
        var steepness = (float)(-1 / (Strength * Strength * perPixel));
        for (var dy = -Search; dy <= Search; dy++)
            for (var dx = -Search; dx <= Search; dx++)
            {
                if (dy == 0 && dx == 0)
                    continue;
                var distances = PatchDistances(wide, plane, dy * wide.Width + dx);
                for (var i = 0; i < sum.Length; i++)
                {
                    var weight = MathF.Exp(steepness * distances[i]);
                    var other = (i / plane.Width + Search + Patch + dy) * wide.Width + i % plane.Width + Search + Patch + dx;
                    sum[i] += weight * wide.Values[other];
                    total[i] += weight;
                    best[i] = Math.Max(best[i], weight);
                }
            }
        for (var i = 0; i < sum.Length; i++)
        {
            // a pixel that is like no other keeps its value
            var own = Math.Max(best[i], 1e-20f);
            sum[i] = (sum[i] + own * plane.Values[i]) / (total[i] + own);
        }
        return plane with { Values = sum };
    }

    /// <summary>Summed squared difference between the surroundings of each pixel and those of the pixel <paramref name="shift"/> further on.</summary>
    private static float[] PatchDistances(Plane wide, Plane plane, int shift)
    {
        const int Side = 2 * Patch + 1;
        var (width, rows) = (plane.Width + 2 * Patch, plane.Height + 2 * Patch);
        var (result, columns, line) = (new float[plane.Values.Length], new float[width], new float[rows * width]);
        for (var i = 0; i < line.Length; i++)
        {
            var at = (i / width + Search) * wide.Width + i % width + Search;
            var difference = wide.Values[at] - wide.Values[at + shift];
            line[i] = difference * difference;
        }
        for (var y = 0; y < plane.Height; y++)
        {
            Array.Clear(columns);
            for (var row = y; row < y + Side; row++)
                for (var x = 0; x < width; x++)
                    columns[x] += line[row * width + x];
            for (var x = 0; x < plane.Width; x++)
                result[y * plane.Width + x] = columns[x] + columns[x + 1] + columns[x + 2] + columns[x + 3] + columns[x + 4];
        }
        return result;
    }
}
