using RosFL.Imaging;
using RosFL.Runs;

namespace RosFL.Scores;

/// <summary>
/// SSIM (Wang et al. 2004): Gaussian window of 11x11 pixels with sigma 1.5, K1 = .01, K2 = .03, population moments, mean over the windows
/// that lie wholly inside the image (and the mask). Volumes go slice by slice, channels one by one, all windows weighing the same.
/// </summary>
public static class StructuralSimilarity
{
    /// <summary>Pixels along a side of the window.</summary>
    public const int Window = 11;

    /// <summary>Standard deviation of the window's Gaussian in pixels.</summary>
    public const double Sigma = 1.5;

    public const double K1 = 0.01;
    public const double K2 = 0.03;

    /// <summary>One axis of the separable window, sum 1.</summary>
    internal static readonly double[] Kernel = MakeKernel();

    /// <summary>Mean SSIM of two pictures of one shape.</summary>
    /// <param name="counted">Which pixels of a channel count; null for all.</param>
    /// <param name="range">Data range.</param>
    /// <exception cref="RosflException">No window fits.</exception>
    internal static double Of(Picture a, Picture b, bool[]? counted, double range)
    {
        var (height, width) = (a.Size[^2], a.Size[^1]);
        var plane = height * width;
        var (sum, windows) = (0.0, 0L);
        for (var start = 0; start < a.Values.Length && height >= Window && width >= Window; start += plane)
        {
            var map = Map(a.Values.AsSpan(start, plane), b.Values.AsSpan(start, plane), width, range);
            var whole = counted is null ? null : WholeWindows(counted.AsSpan(start % counted.Length, plane), width);
            for (var i = 0; i < map.Length; i++)
            {
                if (whole is not null && !whole[i])
                    continue;
                sum += map[i];
                windows++;
            }
        }
        return windows > 0 ? sum / windows : throw new RosflException(ExitCode.InvalidData,
            $"SSIM of a {height}x{width} image is undefined because no {Window}x{Window} window lies wholly inside it and its mask: score larger images or widen the mask.");
    }

    /// <summary>SSIM of each window, (H - 10) x (W - 10).</summary>
    private static double[] Map(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int width, double range)
    {
        var (c1, c2) = (Math.Pow(K1 * range, 2), Math.Pow(K2 * range, 2));
        double[] meanA = Blur(a, a, width, power: 1), meanB = Blur(b, b, width, power: 1);
        double[] squareA = Blur(a, a, width, power: 2), squareB = Blur(b, b, width, power: 2), product = Blur(a, b, width, power: 2);
        var map = new double[meanA.Length];
        for (var i = 0; i < map.Length; i++)
        {
            double ma = meanA[i], mb = meanB[i];
            double varianceA = squareA[i] - ma * ma, varianceB = squareB[i] - mb * mb, covariance = product[i] - ma * mb;
            map[i] = (2 * ma * mb + c1) * (2 * covariance + c2) / ((ma * ma + mb * mb + c1) * (varianceA + varianceB + c2));
        }
        return map;
    }

    /// <summary>Gaussian mean of a (power 1) or of a times b (power 2) in each window.</summary>
    private static double[] Blur(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int width, int power)
    {
        var (height, narrow) = (a.Length / width, width - Window + 1);
        var rows = new double[height * narrow];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < narrow; x++)
            {
                var (sum, at) = (0.0, y * width + x);
                for (var k = 0; k < Window; k++)
                    sum += Kernel[k] * a[at + k] * (power == 1 ? 1.0 : b[at + k]);
                rows[y * narrow + x] = sum;
            }
        var means = new double[(height - Window + 1) * narrow];
        for (var i = 0; i < means.Length; i++)
            for (var k = 0; k < Window; k++)
                means[i] += Kernel[k] * rows[i + k * narrow];
        return means;
    }

    /// <summary>Which windows hold counted pixels only, by a summed-area table.</summary>
    private static bool[] WholeWindows(ReadOnlySpan<bool> counted, int width)
    {
        var height = counted.Length / width;
        var (stride, narrow) = (width + 1, width - Window + 1);
        var table = new int[(height + 1) * stride];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                table[(y + 1) * stride + x + 1] = (counted[y * width + x] ? 1 : 0)
                    + table[y * stride + x + 1] + table[(y + 1) * stride + x] - table[y * stride + x];
        var whole = new bool[(height - Window + 1) * narrow];
        for (var i = 0; i < whole.Length; i++)
        {
            var (top, left) = (i / narrow, i % narrow);
            var (upper, lower) = (top * stride + left, (top + Window) * stride + left);
            whole[i] = table[lower + Window] - table[lower] - table[upper + Window] + table[upper] == Window * Window;
        }
        return whole;
    }

    private static double[] MakeKernel()
    {
        var weights = Enumerable.Range(0, Window).Select(i => Math.Exp(-Math.Pow(i - Window / 2, 2) / (2 * Sigma * Sigma))).ToArray();
        var sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }
}
