using RosFL.Privacy.Audit;

namespace RosFL.Tests.Privacy.Audit;

public class StatisticsTests
{
    [Theory]
    [InlineData(new[] { 1.0, 2 }, new[] { 3.0, 4 }, 1)]
    [InlineData(new[] { 3.0, 4 }, new[] { 1.0, 2 }, 0)]
    [InlineData(new[] { 1.0, 1 }, new[] { 1.0, 1 }, 0.5)]
    [InlineData(new[] { 1.0, 3 }, new[] { 2.0, 4 }, 0.75)]
    public void Auc_ofTwoSamples_countsPairs(double[] members, double[] others, double expected) =>
        Assert.Equal(expected, Statistics.Auc(members, others));

    [Fact]
    public void TruePositives_atOnePercent_letsOneOfAHundredPass()
    {
        double[] others = [.. Enumerable.Range(1, 100).Select(i => (double)i)];
        // one of a hundred may pass: the threshold is the second smallest loss of the others
        Assert.Equal(0.5, Statistics.TruePositives([1.5, 50], others, 0.01));
    }

    [Fact]
    public void Interval_ofSeparatedSamples_isOne()
    {
        var (low, high) = Statistics.Interval([1, 2, 3], [7, 8, 9], 5, Statistics.Auc);
        Assert.Equal((1.0, 1.0), (low, high));
    }

    /// <summary>Of a mean the bootstrap's interval is known: 1.96 standard errors to either side.</summary>
    [Fact]
    public void Interval_ofAMean_isTwoStandardErrorsWide()
    {
        double[] values = [.. Enumerable.Range(0, 100).Select(i => (double)i)];
        var (low, high) = Statistics.Interval(values, [0], 5, (sample, _) => sample.Average());
        var error = 28.87 / 10;
        Assert.Equal(49.5 - 1.96 * error, low, 0.8);
        Assert.Equal(49.5 + 1.96 * error, high, 0.8);
    }

    [Fact]
    public void Interval_ofOverlappingSamples_liesAroundTheAuc()
    {
        double[] members = [.. Enumerable.Range(0, 40).Select(i => i / 2.0)], others = [.. Enumerable.Range(0, 40).Select(i => 5 + i / 2.0)];
        var (low, high) = Statistics.Interval(members, others, 5, Statistics.Auc);
        var auc = Statistics.Auc(members, others);
        Assert.InRange(low, 0.5, auc - 0.02);
        Assert.InRange(high, auc + 0.02, 1);
    }

    [Fact]
    public void DistanceCorrelation_ofAScaledCopy_isOne()
    {
        float[][] a = [[1, 2], [3, 1], [0, 5], [2, 2]];
        Assert.Equal(1, Statistics.DistanceCorrelation(a, [.. a.Select(v => v.Select(x => 3 * x).ToArray())]), 1e-9);
    }

    [Fact]
    public void DistanceCorrelation_withAConstant_isZero() =>
        Assert.Equal(0, Statistics.DistanceCorrelation([[1], [2], [3]], [[4], [4], [4]]));

    [Fact]
    public void Percentile_ofHundred_isTheValueBelowWhichThatShareLies() =>
        Assert.Equal(95, Statistics.Percentile(Enumerable.Range(0, 101).Select(i => (double)i), 0.95));
}
