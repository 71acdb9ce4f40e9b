using RosFL.Runs;

namespace RosFL.Privacy.Audit;

/// <summary>Order statistics of an audit.</summary>
public static class Statistics
{
    private const int Resamples = 1000;

    /// <param name="share">0 to 1.</param>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)Math.Ceiling(share * (sorted.Length - 1))];
    }

    /// <summary>Probability that a member's loss is below a non-member's, ties counted half.</summary>
    public static double Auc(IReadOnlyList<double> members, IReadOnlyList<double> others) =>
        members.Sum(m => others.Sum(o => m < o ? 1.0 : m == o ? 0.5 : 0)) / ((double)members.Count * others.Count);

    /// <summary>Share of members found when the threshold lets at most <paramref name="falsePositives"/> of the others pass.</summary>
    public static double TruePositives(IReadOnlyList<double> members, IReadOnlyList<double> others, double falsePositives)
    {
        var threshold = others.Order().ElementAt((int)(falsePositives * others.Count));
        return members.Count(m => m < threshold) / (double)members.Count;
    }

    /// <summary>95 % interval of a statistic of two samples by the bootstrap.</summary>
    public static (double Low, double High) Interval(
        IReadOnlyList<double> members, IReadOnlyList<double> others, long seed, Func<IReadOnlyList<double>, IReadOnlyList<double>, double> statistic)
    {
        var random = Seeds.Random(seed);
        double[] Resampled(IReadOnlyList<double> values) => [.. values.Select(_ => values[random.Next(values.Count)])];
        var drawn = Enumerable.Range(0, Resamples).Select(_ => statistic(Resampled(members), Resampled(others))).ToArray();
        return (Percentile(drawn, 0.025), Percentile(drawn, 0.975));
    }

    /// <summary>
    /// Distance correlation (Székely et al. 2007) of two samples of vectors, 0 to 1. Known to mislead as a measure of leakage: high where nothing can be
    /// read back, low where much can.
    /// </summary>
    public static double DistanceCorrelation(float[][] a, float[][] b)
    {
        double[,] x = Centred(a), y = Centred(b);
        double Mean(double[,] u, double[,] v)
        {
            var sum = 0.0;
            for (var i = 0; i < a.Length; i++)
                for (var j = 0; j < a.Length; j++) sum += u[i, j] * v[i, j];
            return Math.Max(0, sum / a.Length / a.Length);
        }
        var scale = Math.Sqrt(Mean(x, x) * Mean(y, y));
        return scale == 0 ? 0 : Math.Sqrt(Mean(x, y) / scale);
    }

    private static double Distance(float[] a, float[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        return Math.Sqrt(sum);
    }

    private static double[,] Centred(float[][] vectors)
    {
        var n = vectors.Length;
        var distances = new double[n, n];
        var means = new double[n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
            {
                distances[i, j] = Distance(vectors[i], vectors[j]);
                means[i] += distances[i, j] / n;
            }
        var mean = means.Average();
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) distances[i, j] += mean - means[i] - means[j];
        return distances;
    }
}
