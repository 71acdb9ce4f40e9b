using RosFL.Runs;

namespace RosFL.Tests.Cli;

/// <summary>The chaos suite is worth something only if it fails where the protocol lacks one of its rules.</summary>
public sealed class GuardsTests : IDisposable
{
    private const string EveryThirdMessageAgain = "3:33";

    private readonly NetworkOnLoopback network = new();
    private NetworkResult? undisturbed;

    [Theory]
    [InlineData(Guards.DurablePrepare, "compute:compute-told:1")]
    [InlineData(Guards.OptimizerRollback, "aggregate:aggregate-trained:2")]
    [InlineData(Guards.AttemptNumber, "aggregate:aggregate-trained:1")]
    [InlineData(Guards.Replay, "")]
    public async Task Chaos_withoutAGuard_doesHarm(string guard, string crash)
    {
        Assert.True(await IsUnharmedAsync(crash, ""), $"With every guard {crash} must do no harm.");
        network.Forget("up");
        Assert.False(await IsUnharmedAsync(crash, guard), $"Without {guard} {crash} must do harm.");
    }

    /// <summary>One of four sites has trained its body and dies before its update counts: the three that decide must be those whose bodies are merged.</summary>
    [Fact]
    public async Task Chaos_withoutTheSurvivorsGuard_doesHarm()
    {
        using var four = new NetworkOnLoopback { Rounds = 2 };
        var ofThree = await four.SimulateAsync("ros-fl", "--set", "data.phantoms.sites=3", "privacy.secureAggregation=malicious");
        Assert.Equal(ofThree.Commits[0].BodyHash, (await LeftOutAsync(four, "")).BodyHash);
        four.Forget("up");
        Assert.NotEqual(ofThree.Commits[0].BodyHash, (await LeftOutAsync(four, Guards.Survivors)).BodyHash);
    }

    public void Dispose() => network.Dispose();

    /// <param name="crash">Empty repeats messages and kills nobody.</param>
    private async Task<bool> IsUnharmedAsync(string crash, string disabled)
    {
        undisturbed ??= await network.SimulateAsync("ros-fl");
        using var chaos = Chaos.At(network.UpFolder, crash.Length > 0 ? [crash] : [], (Guards.Variable, disabled), (Repetition.Variable, crash.Length > 0 ? "" : EveryThirdMessageAgain));
        return Unharmed.Is(undisturbed, await network.TryUpAsync("ros-fl", chaos.Environment, chaos.Hear), chaos);
    }

    private static async Task<CommitRecord> LeftOutAsync(NetworkOnLoopback network, string disabled)
    {
        using var chaos = Chaos.At(network.UpFolder, ["hospital-4:site-masked:1"], (Guards.Variable, disabled));
        var up = await network.UpAsync("ros-fl", chaos.Environment, chaos.Hear, "--set", "data.phantoms.sites=4", "--quorum", "3");
        Assert.Equal(3, up.Commits[0].Decision.Survivors.Count);
        return up.Commits[0];
    }
}
