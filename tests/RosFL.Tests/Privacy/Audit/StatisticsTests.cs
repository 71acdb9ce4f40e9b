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
    public void TruePositives_atOnePercent_letsNoneOfAHundredPass()
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
