using RosFL.Runs;

namespace RosFL.Tests.Cli;

/// <summary>
/// Kills at every named point and at drawn moments, and freezes: whatever happened, each round is committed once, by the same record at every
/// party, and the weights of every round are those of the undisturbed run.
/// </summary>
public sealed class ChaosTests : IDisposable
{
    private readonly NetworkOnLoopback network = new();

    /// <summary>Every point once, several in one study: each party dies at the next of its points after it was started again.</summary>
    [Theory]
    [InlineData("ros-fl")]
    [InlineData("split")]
    public async Task Kill_atEveryPoint_losesNothing(string algorithm)
    {
        var undisturbed = await network.SimulateAsync(algorithm);
        var crashes = CrashPoint.Names.Select(point => $"{PartyOf(point)}:{point}:{(point.EndsWith("-step", StringComparison.Ordinal) ? 2 : 1)}");
        var chaos = Chaos.At(crashes);
        AssertUnharmed(undisturbed, await network.UpAsync(algorithm, chaos.Environment, chaos.Hear));
        Assert.Equal(CrashPoint.Names.Count, chaos.Restarts);
    }

    /// <summary>Events drawn from a seed; ROSFL_CHAOS_SEEDS=1000 makes the long form.</summary>
    [Fact]
    public async Task Kill_andFreeze_atDrawnMoments_losesNothing()
    {
        var undisturbed = await network.SimulateAsync("ros-fl");
        foreach (var seed in Chaos.Seeds)
        {
            var chaos = Chaos.Drawn(seed, events: 6);
            AssertUnharmed(undisturbed, await network.UpAsync("ros-fl", chaos.Environment, chaos.Hear));
            network.Forget("up");
        }
    }

    public void Dispose() => network.Dispose();

    private static string PartyOf(string point) => point.StartsWith("site", StringComparison.Ordinal) ? "hospital-1" : point[..point.IndexOf('-', StringComparison.Ordinal)];

    private static void AssertUnharmed(NetworkResult undisturbed, NetworkResult harmed)
    {
        Assert.Equal(undisturbed.Models, harmed.Models);
        Assert.All(harmed.Parties, party => Assert.Equal(harmed.Records, harmed.RecordsOf(party)));
        Assert.Empty(NetworkOnLoopback.ProcessesOf(harmed.Folder));
    }
}
