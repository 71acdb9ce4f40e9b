using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>
/// The linear mean of the sites' weights, in site order. <c>float</c>: coefficients n_i/N and sums in double, one rounding to float.
/// <c>fixed24</c>: the integers of secure aggregation, for running statistics and other vectors beside the weights too.
/// </summary>
public static class Merging
{
    /// <param name="parts">One part of each site, all with the same arrays.</param>
    /// <param name="counts">Each site's integer weight, 1 to 2^20.</param>
    /// <exception cref="RosflException">A weight is NaN, infinite or beyond four times the bound of fixed24.</exception>
    public static Weights Mean(IReadOnlyList<Weights> parts, IReadOnlyList<long> counts, MergeArithmetic arithmetic)
    {
        var first = parts[0];
        return first with
        {
            Arrays = [.. first.Arrays.Select((array, i) =>
            {
                var values = parts.Select(p => p.Arrays[i].Values).ToArray();
                return array with { Values = arithmetic == MergeArithmetic.Fixed24 ? Fixed(values, counts, FixedPoint.BoundOf(i < first.Trained), array.Name) : Float(values, counts) };
            })],
        };
    }

    private static float[] Float(float[][] values, IReadOnlyList<long> counts)
    {
        var total = (double)counts.Sum();
        var sum = new double[values[0].Length];
        for (var site = 0; site < values.Length; site++)
        {
            var share = counts[site] / total;
            for (var k = 0; k < sum.Length; k++) sum[k] += share * values[site][k];
        }
        return Array.ConvertAll(sum, x => (float)x);
    }

    private static float[] Fixed(float[][] values, IReadOnlyList<long> counts, double bound, string name)
    {
        var (total, clipped) = (counts.Sum(), 0L);
        var sum = new long[values[0].Length];
        for (var site = 0; site < values.Length; site++)
            for (var k = 0; k < sum.Length; k++) sum[k] += FixedPoint.CheckWeight(counts[site]) * FixedPoint.Encode(values[site][k], bound, name, ref clipped);
        return Array.ConvertAll(sum, x => (float)FixedPoint.Mean(x, total));
    }
}
