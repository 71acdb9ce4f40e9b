namespace RosFL.Imaging.Baselines;

/// <summary>
/// Dark lines of several widths, without learning: the curvature across a line, averaged along a straight stretch of it, at the best of
/// several scales and directions (the Hessian's ridge of Frangi et al. 1998, made as long as the matched filter of Chaudhuri et al. 1989), on
/// an image whose local brightness and contrast are evened out first. The baseline of vessel segmentation.
/// </summary>
public static class RidgeFilter
{
    // the standard deviation of the surroundings and half the stretch of line, both against a scale, and the share of the whole image's
    // contrast that keeps noise in flat surroundings from looking like lines: chosen once on half the images of three public vessel sets
    private const double Surroundings = 4;
    private const double Stretch = 3;
    private const float LeastContrast = 0.5f;

    private const int Directions = 12;

    /// <summary>How line-like each pixel is, 0 or more, without unit; 0 outside the field of view.</summary>
    /// <param name="green">(1, H, W); lines are darker than their surroundings.</param>
    /// <param name="sigmas">Scales in pixels, each above 0; a line answers best at half its width.</param>
    /// <param name="fov">Field of view, so that its rim is not taken for a line. Null: the whole image.</param>
    public static Picture Response(Picture green, double[] sigmas, Picture? fov = null)
    {
        var inside = fov?.Values[..green.ChannelLength] ?? [.. Enumerable.Repeat(1f, green.ChannelLength)];
        return Plane.Map(green, plane =>
        {
            var even = Evened(plane, plane with { Values = inside }, Surroundings * sigmas.Max());
            var best = new float[plane.Values.Length];
            foreach (var sigma in sigmas)
                TakeLarger(best, even, sigma);
            return plane with { Values = [.. best.Select((v, i) => inside[i] > 0.5f ? v : 0)] };
        });
    }

    /// <summary>The threshold on responses with the largest mean Dice over images, and that Dice.</summary>
    /// <param name="images">Response, truth (0 and 1) and what counts of each.</param>
    public static (double Threshold, double Dice) BestThreshold(IReadOnlyList<(Picture Response, Picture Truth, Picture? Mask)> images)
    {
        const int Steps = 1000;
        var top = images.Max(i => i.Response.Values.Max());
        var dice = new double[Steps];
        foreach (var (response, truth, mask) in images)
        {
            var curve = DiceCurve(response, truth, mask, top, Steps);
            for (var k = 0; k < Steps; k++)
                dice[k] += curve[k];
        }
        var best = Array.IndexOf(dice, dice.Max());
        return (top * (double)best / Steps, dice[best] / images.Count);
    }

    /// <summary>(1, H, W), 1 where the response reaches the threshold.</summary>
    public static Picture Segment(Picture response, double threshold) =>
        response with { Values = Array.ConvertAll(response.Values, v => v >= threshold ? 1f : 0f) };

    /// <summary>Dice at each of <paramref name="steps"/> thresholds from 0 to below <paramref name="top"/>, from one histogram.</summary>
    private static double[] DiceCurve(Picture response, Picture truth, Picture? mask, double top, int steps)
    {
        var (lines, others) = (new long[steps], new long[steps]);
        for (var i = 0; i < response.Values.Length; i++)
            if (mask is null || mask.Values[i] > 0.5f)
                (truth.Values[i] > 0.5f ? lines : others)[Math.Min(steps - 1, (int)(response.Values[i] / top * steps))]++;
        var (dice, found, wrong, all) = (new double[steps], 0L, 0L, lines.Sum());
        for (var k = steps - 1; k >= 0; k--)
        {
            found += lines[k];
            wrong += others[k];
            dice[k] = all + found + wrong == 0 ? 1 : 2.0 * found / (all + found + wrong);
        }
        return dice;
    }

    /// <summary>Less the mean of the surroundings, over their standard deviation, both taken inside the field of view only; 0 outside.</summary>
    private static Plane Evened(Plane plane, Plane inside, double sigma)
    {
        var kernel = GaussianKernel.Smooth(sigma);
        Plane Blur(Func<int, float> value) =>
            (plane with { Values = [.. Enumerable.Range(0, plane.Values.Length).Select(value)] }).Filtered(kernel, kernel);
        var share = Blur(i => inside.Values[i]).Values;
        var mean = Blur(i => inside.Values[i] * plane.Values[i]).Values;
        float Deviation(int i) => inside.Values[i] > 0.5f ? plane.Values[i] - mean[i] / share[i] : 0;
        var square = Blur(i => Deviation(i) * Deviation(i)).Values;
        var whole = (float)Math.Sqrt(square.Average()) + float.Epsilon;
        return plane with
        {
            Values = [.. Enumerable.Range(0, square.Length).Select(i =>
            inside.Values[i] > 0.5f ? Deviation(i) / (MathF.Sqrt(square[i] / share[i]) + LeastContrast * whole) : 0)]
        };
    }

    /// <summary>
    /// Over all directions, the curvature across averaged along a stretch of line; the derivatives are those of a Gaussian, times sigma² so
    /// that scales compare.
    /// </summary>
    private static void TakeLarger(float[] best, Plane plane, double sigma)
    {
        float[] smooth = GaussianKernel.Smooth(sigma), first = GaussianKernel.First(sigma), second = GaussianKernel.Second(sigma);
        float[] xx = plane.Filtered(smooth, second).Values, yy = plane.Filtered(second, smooth).Values, xy = plane.Filtered(first, first).Values;
        var across = plane with { Values = new float[best.Length] };
        for (var k = 0; k < Directions; k++)
        {
            var (sin, cos) = Math.SinCos(Math.PI * k / Directions);
            float a = (float)(sigma * sigma * sin * sin), b = (float)(sigma * sigma * cos * cos), c = (float)(-2 * sigma * sigma * sin * cos);
            for (var i = 0; i < best.Length; i++)
                across.Values[i] = a * xx[i] + b * yy[i] + c * xy[i];
            TakeLargerAlong(best, across, sin, cos, (int)Math.Round(Stretch * sigma));
        }
    }

    private static void TakeLargerAlong(float[] best, Plane across, double sin, double cos, int reach)
    {
        var sums = new float[best.Length];
        var wide = across.Widened(reach);
        for (var t = -reach; t <= reach; t++)
        {
            var shift = ((int)Math.Round(t * sin) + reach) * wide.Width + (int)Math.Round(t * cos) + reach;
            for (var y = 0; y < across.Height; y++)
            {
                var from = wide.Values.AsSpan(y * wide.Width + shift, across.Width);
                var to = sums.AsSpan(y * across.Width, across.Width);
                for (var x = 0; x < to.Length; x++)
                    to[x] += from[x];
            }
        }
        for (var i = 0; i < best.Length; i++)
            best[i] = Math.Max(best[i], sums[i] / (2 * reach + 1));
    }
}
