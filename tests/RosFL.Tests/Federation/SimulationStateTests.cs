using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Tests.Federation;

/// <summary>A checkpoint holds everything: a study that goes on from it ends in the undisturbed study's bits.</summary>
public sealed class SimulationStateTests
{
    [Theory]
    [InlineData("local")]
    [InlineData("fedavg")]
    [InlineData("fedbn")]
    [InlineData("scaffold")]
    [InlineData("split")]
    [InlineData("splitfed-v1")]
    [InlineData("splitfed-v2")]
    [InlineData("ros-fl")]
    [InlineData("dc-sfl")]
    public async Task SimulationState_throughACheckpoint_continuesToTheSameBits(string algorithm)
    {
        var run = MadeStudy.Run(algorithm);
        var undisturbed = await FinalAsync(run, null);
        var checkpoint = await FinalAsync(run with { Rounds = 2 }, null);
        Assert.Equal(1, checkpoint.Round);
        Assert.Equal(checkpoint.Arrays.Count, checkpoint.Arrays.DistinctBy(a => a.Name).Count());

        var resumed = await FinalAsync(run, checkpoint);
        Assert.Equal(undisturbed.Metadata, resumed.Metadata);
        AssertSame(undisturbed.Arrays, resumed.Arrays);
    }

    [Theory]
    [InlineData("fedbn")]
    [InlineData("scaffold")]
    [InlineData("dc-sfl")]
    public async Task SimulationState_readBack_writesTheSameCheckpoint(string algorithm)
    {
        var run = MadeStudy.Run(algorithm) with { Rounds = 2 };
        var checkpoint = await FinalAsync(run, null);
        var again = SimulationState.From(checkpoint, new Study(run), ["north", "east", "south"]).ToCheckpoint();
        Assert.Equal(checkpoint.Round, again.Round);
        Assert.Equal(checkpoint.Metadata, again.Metadata);
        AssertSame(checkpoint.Arrays, again.Arrays);
    }

    /// <summary>The state after the last round of a study that began anew or from a checkpoint.</summary>
    private static async Task<Checkpoint> FinalAsync(RunOptions run, Checkpoint? from)
    {
        using var study = new MadeStudy(run);
        var begin = RoundState.Begin(study.Study);
        if (from is not null)
        {
            var state = SimulationState.From(from, study.Study, [.. study.Sites.Select(s => s.Name)]);
            foreach (var site in study.Sites) site.State = state.Sites[site.Name];
            if (study.Bodies is not null) study.Bodies.State = state.Bodies!;
            begin = state.Rounds;
        }
        var end = await study.RunAsync(begin);
        return new SimulationState(end, study.Bodies?.State, study.Sites.ToDictionary(s => s.Name, s => s.State)).ToCheckpoint();
    }

    private static void AssertSame(IReadOnlyList<NamedArray> expected, IReadOnlyList<NamedArray> actual)
    {
        var byName = actual.ToDictionary(a => a.Name);
        Assert.Equal(expected.Select(a => a.Name).Order(), byName.Keys.Order());
        foreach (var array in expected) Assert.Equal(array.Values, byName[array.Name].Values);
    }
}
