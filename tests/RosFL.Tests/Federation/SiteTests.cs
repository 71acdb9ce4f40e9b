using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Federation;

/// <summary>A site between rounds: what is committed stays until the next commit.</summary>
public sealed class SiteTests
{
    [Theory]
    [InlineData("fedavg")]
    [InlineData("fedbn")]
    [InlineData("scaffold")]
    [InlineData("local")]
    public async Task Site_afterAnAbortedRound_isWhereItWas(string algorithm)
    {
        using var study = new MadeStudy(MadeStudy.Run(algorithm));
        var site = study.Sites[0];
        var global = study.Study.InitialOf(PartNames.All);
        await site.TrainAsync(new RoundStart(study.Key(0), global), CancellationToken.None);
        await site.CommitAsync(study.Record(0, site), CancellationToken.None);
        var state = site.State;
        var (moments, own) = (state.Optimizers.SelectMany(a => a.Values).ToList(), state.Own?.Hash());

        var aborted = await site.TrainAsync(new RoundStart(study.Key(1), global), CancellationToken.None);
        Assert.NotSame(state, site.Prepared);
        await site.AbortAsync(study.Key(1), CancellationToken.None);

        Assert.Same(state, site.State);
        Assert.Same(state, site.Prepared);
        Assert.Equal(moments, site.State.Optimizers.SelectMany(a => a.Values));
        Assert.Equal(own, site.State.Own?.Hash());
        Assert.Equal(aborted.Parts.Hash(), (await site.TrainAsync(new RoundStart(study.Key(1), global), CancellationToken.None)).Parts.Hash());
    }

    [Fact]
    public async Task Site_whoseLossIsNoNumber_stopsTheRoundAndSaysWhere()
    {
        var run = MadeStudy.Run("fedavg") with { Training = new() { Batch = 2, Optimizer = OptimizerKind.Sgd, LearningRate = 1e30 } };
        using var study = new MadeStudy(run);
        var error = await Assert.ThrowsAsync<RosflException>(() => study.RunAsync());
        Assert.Contains("site 'north'", error.Message, StringComparison.Ordinal);
        Assert.Contains("round 1, step 2", error.Message, StringComparison.Ordinal);
        Assert.Empty(study.Committed);
    }

    /// <summary>A round that fails in the middle and is repeated ends in the undisturbed run's bits.</summary>
    [Theory]
    [InlineData("fedavg")]
    [InlineData("scaffold")]
    [InlineData("ros-fl")]
    [InlineData("dc-sfl")]
    [InlineData("split")]
    [InlineData("splitfed-v2")]
    public async Task Study_withARoundThatFails_goesOnToTheSameBits(string algorithm)
    {
        var run = MadeStudy.Run(algorithm);
        using var study = new MadeStudy(run, (name, items) => name == "east" ? new FailingItems(items, failingBatch: 3) : items);
        await Assert.ThrowsAsync<IOException>(() => study.RunAsync());
        var last = Assert.Single(study.Committed).Next;
        Assert.Equal(await MadeStudy.HashAsync(run), study.Whole(await study.RunAsync(last)).Hash());
    }

    /// <summary>Everything that a round made on the torch thread is gone when the round is over.</summary>
    [Theory]
    [InlineData("fedavg", OptimizerKind.Adam)]
    [InlineData("ros-fl", OptimizerKind.Sgd)]
    [InlineData("fedprox", OptimizerKind.AdamW)]
    [InlineData("scaffold", OptimizerKind.Sgd)]
    [InlineData("fedbn", OptimizerKind.Adam)]
    [InlineData("site-only", OptimizerKind.Adam)]
    [InlineData("split", OptimizerKind.Adam)]
    public async Task Site_afterARound_leavesNoTensors(string algorithm, OptimizerKind optimizer)
    {
        var run = MadeStudy.Run(algorithm);
        using var study = new MadeStudy(run with { Rounds = 2, Training = run.Training with { Optimizer = optimizer } });
        var counts = new List<long> { await study.LiveTensorsAsync() };
        await study.RunAsync();
        counts.Add(await study.LiveTensorsAsync());
        Assert.Equal(counts[0], counts[1]);
    }
}
