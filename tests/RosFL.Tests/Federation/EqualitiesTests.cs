using RosFL.Runs;

namespace RosFL.Tests.Federation;

/// <summary>Algorithms that must be one another under some condition are: the same bits of the global model after three rounds.</summary>
public sealed class EqualitiesTests
{
    private static readonly (string, int)[] OneSite = [("north", 5)];

    [Theory]
    [InlineData("split")]
    [InlineData("fedavg")]
    [InlineData("splitfed-v1")]
    [InlineData("splitfed-v2")]
    [InlineData("local")]
    public async Task Centralized_withOneSite_equalsEveryAlgorithmWithThatSite(string algorithm)
    {
        var run = MadeStudy.Run(algorithm);
        var expected = await MadeStudy.HashAsync(MadeStudy.Run("centralized"), OneSite);
        using var study = new MadeStudy(run, OneSite);
        var global = await study.RunAsync();
        Assert.Equal(expected, (study.Sites[0].State.Own ?? global).Hash());
    }

    [Fact]
    public Task FedProx_withMuZero_equalsFedAvg() =>
        AssertEqual(MadeStudy.Run("fedavg"), MadeStudy.Run("fedprox") with { Algorithm = new() { Name = "fedprox", Mu = 0 } });

    [Fact]
    public Task FedProx_withMu_differsFromFedAvg() =>
        AssertDifferent(MadeStudy.Run("fedavg"), MadeStudy.Run("fedprox") with { Algorithm = new() { Name = "fedprox", Mu = 0.1 } });

    [Theory]
    [InlineData(OptimizerKind.Adam, MergeArithmetic.Float)]
    [InlineData(OptimizerKind.AdamW, MergeArithmetic.Fixed24)]
    [InlineData(OptimizerKind.Sgd, MergeArithmetic.Float)]
    public Task SplitFedV1_anyOptimizer_equalsFedAvg(OptimizerKind optimizer, MergeArithmetic merge)
    {
        RunOptions Run(string algorithm) => MadeStudy.Run(algorithm) with
        {
            Algorithm = new() { Name = algorithm, Merge = merge },
            Training = MadeStudy.Run(algorithm).Training with { Optimizer = optimizer, ClipNorm = 0.5 },
        };
        return AssertEqual(Run("fedavg"), Run("splitfed-v1"));
    }

    [Fact]
    public Task RosFl_withStrengthZero_equalsSplitFedV1() =>
        AssertEqual(MadeStudy.Run("splitfed-v1"), MadeStudy.Run("ros-fl") with { Algorithm = new() { Name = "ros-fl", Strength = 0 } });

    [Fact]
    public Task RosFl_withStrength_differsFromSplitFedV1() =>
        AssertDifferent(MadeStudy.Run("splitfed-v1"), MadeStudy.Run("ros-fl") with { Algorithm = new() { Name = "ros-fl", Strength = 0.5 } });

    [Theory]
    [InlineData("ros-fl")]
    [InlineData("scaffold")]
    [InlineData("fedbn")]
    [InlineData("fedavg")]
    public Task Workers_oneOrTwo_giveTheSameBits(string algorithm)
    {
        var run = MadeStudy.Run(algorithm);
        return AssertEqual(run with { Machine = run.Machine with { Workers = 1 } }, run with { Machine = run.Machine with { Workers = 2 } });
    }

    [Theory]
    [InlineData("splitfed-v2")]
    [InlineData("split")]
    [InlineData("dc-sfl")]
    [InlineData("site-only")]
    public Task Study_runTwice_givesTheSameBits(string algorithm) => AssertEqual(MadeStudy.Run(algorithm), MadeStudy.Run(algorithm));

    [Fact]
    public Task Study_ofAnotherSeed_givesOtherBits() => AssertDifferent(MadeStudy.Run("fedavg"), MadeStudy.Run("fedavg") with { Seed = 2 });

    private static async Task AssertEqual(RunOptions one, RunOptions other) =>
        Assert.Equal(await MadeStudy.HashAsync(one), await MadeStudy.HashAsync(other));

    private static async Task AssertDifferent(RunOptions one, RunOptions other) =>
        Assert.NotEqual(await MadeStudy.HashAsync(one), await MadeStudy.HashAsync(other));
}
