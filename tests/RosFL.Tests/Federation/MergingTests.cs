using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Federation;

/// <summary>The mean over sites in both arithmetics.</summary>
public sealed class MergingTests
{
    private static readonly Weights[] Golden = [MadeWeights.Of(0.5f, -1.25f, 0), MadeWeights.Of(-0.75f, 2, 0.001f), MadeWeights.Of(1, 1, -1)];

    [Fact]
    public void Mean_inFloatOfOneSite_isThatSiteToTheBit()
    {
        var weights = MadeWeights.Of(0.1f, -3e-39f, 1e30f, float.Epsilon).WithStatistics(0.7f);
        Assert.Equal(weights.Hash(), Merging.Mean([weights], [7], MergeArithmetic.Float).Hash());
    }

    [Fact]
    public void Mean_inFloat_weighsByCountsAndRoundsOnce()
    {
        var mean = Merging.Mean(Golden, [10, 30, 60], MergeArithmetic.Float).Values();
        Assert.Equal([(float)(0.1 * 0.5 + 0.3 * -0.75 + 0.6), 1.075f, (float)(0.3 * 0.001f - 0.6)], mean);
    }

    /// <summary>The integers of secure aggregation's golden vector: 713031680, 1803550720, -1006129650 over 100 * 2^24.</summary>
    [Fact]
    public void Mean_inFixed24_meetsTheGoldenIntegers()
    {
        var mean = Merging.Mean(Golden, [10, 30, 60], MergeArithmetic.Fixed24).Values();
        Assert.Equal([(float)(713031680 / (100.0 * (1 << 24))), (float)(1803550720 / (100.0 * (1 << 24))), (float)(-1006129650 / (100.0 * (1 << 24)))], mean);
        foreach (var (published, value) in new[] { 0.425, 1.075, -0.599700003862381 }.Zip(mean)) Assert.Equal(published, value, 1e-7);
    }

    [Fact]
    public void Mean_inFixed24_roundsHalfToEven()
    {
        var half = 0.5f / (1 << 24);
        Assert.Equal([0, 2f / (1 << 24)], Merging.Mean([MadeWeights.Of(half, 3 * half)], [1], MergeArithmetic.Fixed24).Values());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(256.5f)]
    [InlineData(-257f)]
    public void Mean_inFixed24OfWhatIsNoWeight_isRefusedByName(float value)
    {
        var error = Assert.Throws<RosflException>(() => Merging.Mean([MadeWeights.Of(1, value)], [1], MergeArithmetic.Fixed24));
        Assert.Equal(ExitCode.InvalidData, error.Code);
        Assert.Contains("'w'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mean_inFixed24BetweenTheBounds_isClipped() =>
        Assert.Equal([64, -64], Merging.Mean([MadeWeights.Of(100, -256)], [3], MergeArithmetic.Fixed24).Values());

    [Fact]
    public void Mean_inFixed24_allowsLargerStatistics() =>
        Assert.Equal([750f], Merging.Mean([MadeWeights.Of(1).WithStatistics(500), MadeWeights.Of(1).WithStatistics(1000)], [1, 1], MergeArithmetic.Fixed24)
            .Values("running_mean"));

    /// <summary>5, 3 and 4 items: by samples the sites count as many times, uniformly once.</summary>
    [Theory]
    [InlineData(SiteWeighting.Samples, 5, 3, 4)]
    [InlineData(SiteWeighting.Uniform, 1, 1, 1)]
    public void Weight_ofASite_isWhatTheRunWeighsBy(SiteWeighting weighting, long north, long east, long south)
    {
        var run = MadeStudy.Run("fedavg");
        using var study = new MadeStudy(run with { Algorithm = run.Algorithm with { Weighting = weighting } });
        Assert.Equal([north, east, south], study.Sites.Select(s => s.Weight));
    }

    [Fact]
    public async Task Study_inFixed24_differsFromFloatByLessThanAMillionth()
    {
        async Task<Model> Trained(MergeArithmetic merge)
        {
            var run = MadeStudy.Run("fedavg");
            using var study = new MadeStudy(run with
            {
                Rounds = 2,
                Algorithm = run.Algorithm with { Merge = merge },
                Training = run.Training with { Optimizer = OptimizerKind.Sgd, LearningRate = 1e-3 },
                Network = run.Network with { Normalisation = NormalisationKind.Group },
            });
            return await study.RunAsync();
        }

        var (inFloat, inFixed) = (await Trained(MergeArithmetic.Float), await Trained(MergeArithmetic.Fixed24));
        var largest = inFloat.Named().Zip(inFixed.Named()).Max(pair => pair.First.Values.Zip(pair.Second.Values, (a, b) => Math.Abs((double)a - b)).Max());
        Assert.InRange(largest, double.Epsilon, 1e-6);
    }
}
