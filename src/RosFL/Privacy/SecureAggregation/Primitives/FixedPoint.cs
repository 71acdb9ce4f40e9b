using RosFL.Runs;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>
/// The numbers of a masked sum: fixed point with 24 fractional bits in Z_2^64. A trained weight takes 24+6 bits, the weight of its site 20,
/// 256 sites 8: 58 bits of 63. Statistics that are merged beside trained weights may be sixteen times as large: 62 bits, which is what sets
/// the largest number of sites.
/// </summary>
public static class FixedPoint
{
    public const double Unit = 1 << 24;

    /// <summary>Trained weights beyond this are clipped.</summary>
    public const double Bound = 64;

    /// <summary>Running statistics and an algorithm's own vectors beyond this are clipped.</summary>
    public const double StatisticsBound = 1024;

    public static double BoundOf(bool isTrained) => isTrained ? Bound : StatisticsBound;

    /// <summary>Values beyond this are refused and not clipped.</summary>
    public static double LimitOf(double bound) => 4 * bound;

    /// <summary>Largest weight of a site in the mean, in training items.</summary>
    public const long LargestWeight = 1 << 20;

    /// <summary>Bits of the largest sum; the sign takes one more, and one is to spare.</summary>
    public const int SumBits = 62;

    /// <summary>So many sites of the largest weight, all at the bound of statistics, come to a sum of <see cref="SumBits"/>.</summary>
    public const int MostSites = (int)((1L << SumBits) / (LargestWeight * (long)(StatisticsBound * Unit)));

    /// <summary>The integer of a value, half rounded to even, without the site's weight.</summary>
    /// <param name="name">The array that the value belongs to.</param>
    /// <param name="clipped">Counts values beyond the bound.</param>
    /// <exception cref="RosflException">The value is NaN, infinite or beyond four times the bound.</exception>
    public static long Encode(float value, double bound, string name, ref long clipped)
    {
        if (!float.IsFinite(value) || Math.Abs(value) > LimitOf(bound))
            throw new RosflException(ExitCode.InvalidData,
                $"A weight of '{name}' is not a number or beyond {LimitOf(bound)}, the limit of fixed-point merging: the training diverged; lower training.learningRate.");
        if (Math.Abs(value) > bound) clipped++;
        return (long)Math.Round(Math.Clamp(value, -bound, bound) * Unit, MidpointRounding.ToEven);
    }

    /// <summary>The mean that a sum of weighted integers stands for.</summary>
    public static double Mean(long sum, long weight) => sum / (weight * Unit);

    /// <exception cref="RosflException">The weight is outside 1..2^20, so that sums could overflow.</exception>
    public static long CheckWeight(long weight) => weight is >= 1 and <= LargestWeight ? weight : throw new RosflException(ExitCode.InvalidData,
        $"A site's weight is {weight}; fixed-point merging takes 1 to {LargestWeight}: use fewer training items or algorithm.weighting 'uniform'.");
}
