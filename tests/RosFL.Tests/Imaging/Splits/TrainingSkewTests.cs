using RosFL.Imaging.Splits;

namespace RosFL.Tests.Imaging.Splits;

/// <summary>Inequality on demand does what its numbers say and empties no site.</summary>
public sealed class TrainingSkewTests
{
    [Fact]
    public void Limit_fewerImagesThanPersons_keepsAsManyPersons()
    {
        var kept = TrainingSkew.Limit(SubjectSplitTests.Cases(10, 4), 6, seed: 1);
        Assert.Equal(6, kept.Count);
        Assert.Equal(6, kept.Select(c => c.Subject).Distinct().Count());
    }

    [Fact]
    public void ByQuantity_skewOfFour_leavesTheLastSiteAQuarter()
    {
        var kept = Enumerable.Range(0, 3).Select(site => TrainingSkew.ByQuantity(SubjectSplitTests.Cases(40, 1), 4, site, 3, seed: site).Count);
        Assert.Equal([40, 20, 10], kept);
    }

    [Fact]
    public void ByLabel_smallConcentration_isMoreUnequalThanALargeOne()
    {
        int[] classes = [.. Enumerable.Range(0, 400).Select(i => i % 4)];
        double Unevenness(double alpha) => Enumerable.Range(0, 10).Average(seed =>
        {
            var siteOf = TrainingSkew.ByLabel(classes, 4, alpha, seed);
            return Enumerable.Range(0, 16).Average(k => Math.Abs(classes.Zip(siteOf).Count(p => p.First == k / 4 && p.Second == k % 4) - 25.0));
        });
        Assert.True(Unevenness(0.1) > 2 * Unevenness(10));
        Assert.True(Unevenness(1000) < 3);
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(1)]
    public void ByLabel_asManySubjectsAsSites_givesEverySiteOne(double alpha) =>
        Assert.Equal([0, 1, 2, 3, 4], TrainingSkew.ByLabel([0, 0, 0, 0, 0], 5, alpha, seed: 3).Order());
}
