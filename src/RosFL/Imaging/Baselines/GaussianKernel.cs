namespace RosFL.Imaging.Baselines;

/// <summary>Sampled Gaussians and their derivatives, cut at four standard deviations.</summary>
internal static class GaussianKernel
{
    /// <summary>Sum 1.</summary>
    public static float[] Smooth(double sigma)
    {
        var weights = Sample(sigma, _ => 1);
        var sum = weights.Sum();
        return [.. weights.Select(w => (float)(w / sum))];
    }

    /// <summary>First derivative: answers 1 on a ramp of slope 1.</summary>
    public static float[] First(double sigma)
    {
        var weights = Sample(sigma, x => x);
        var slope = weights.Select((w, i) => w * (i - weights.Length / 2)).Sum();
        return [.. weights.Select(w => (float)(w / slope))];
    }

    /// <summary>Second derivative: answers 0 on a constant and 1 on x²/2.</summary>
    public static float[] Second(double sigma)
    {
        var weights = Sample(sigma, x => x * x / (sigma * sigma) - 1);
        var constant = weights.Average();
        var bend = weights.Select((w, i) => (w - constant) * Math.Pow(i - weights.Length / 2, 2) / 2).Sum();
        return [.. weights.Select(w => (float)((w - constant) / bend))];
    }

    private static double[] Sample(double sigma, Func<double, double> factor)
    {
        var radius = (int)Math.Ceiling(4 * sigma);
        return [.. Enumerable.Range(-radius, 2 * radius + 1).Select(x => factor(x) * Math.Exp(-x * x / (2 * sigma * sigma)))];
    }
}
