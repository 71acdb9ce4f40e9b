namespace RosFL.Imaging.Baselines;

/// <summary>Mean of the neighbours that look alike (Tomasi and Manduchi 1998).</summary>
/// <param name="SigmaPixels">How far neighbours count.</param>
/// <param name="SigmaValue">How far values count, in the image's units.</param>
public sealed record BilateralFilter(double SigmaPixels, double SigmaValue) : ClassicalFilter
{
    internal override Plane Apply(Plane plane)
    {
        var radius = (int)Math.Ceiling(2 * SigmaPixels);
        var wide = plane.Widened(radius);
        var (sum, total) = (new float[plane.Values.Length], new float[plane.Values.Length]);
        var steepness = (float)(-0.5 / (SigmaValue * SigmaValue));
        for (var dy = 0; dy <= 2 * radius; dy++)
            for (var dx = 0; dx <= 2 * radius; dx++)
            {
                var away = (dy - radius) * (dy - radius) + (dx - radius) * (dx - radius);
                var near = (float)Math.Exp(-away / (2 * SigmaPixels * SigmaPixels));
                for (var i = 0; i < sum.Length; i++)
                {
                    var other = wide.Values[(i / plane.Width + dy) * wide.Width + i % plane.Width + dx];
                    var difference = other - plane.Values[i];
                    var weight = near * MathF.Exp(steepness * difference * difference);
                    sum[i] += weight * other;
                    total[i] += weight;
                }
            }
        return plane with { Values = [.. sum.Zip(total, (s, t) => s / t)] };
    }
}
