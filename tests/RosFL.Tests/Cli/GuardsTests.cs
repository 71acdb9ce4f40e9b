using RosFL.Runs;

namespace RosFL.Tests.Cli;

/// <summary>The chaos suite is worth something only if it fails where the protocol lacks one of its rules.</summary>
public sealed class GuardsTests : IDisposable
{
    private readonly NetworkOnLoopback network = new();

    [Theory]
    [InlineData(Guards.DurablePrepare, "compute:compute-told:1")]
    [InlineData(Guards.OptimizerRollback, "aggregate:aggregate-trained:2")]
    [InlineData(Guards.AttemptNumber, "aggregate:aggregate-trained:1")]
    public async Task Chaos_withoutAGuard_doesHarm(string guard, string crash)
    {
        Assert.True(await IsUnharmedAsync(crash, null), $"With every guard {crash} must do no harm.");
        network.Forget("up");
        Assert.False(await IsUnharmedAsync(crash, guard), $"Without {guard} {crash} must do harm.");
    }

    public void Dispose() => network.Dispose();

    private async Task<bool> IsUnharmedAsync(string crash, string? disabled)
    {
        var chaos = Chaos.At([crash]);
        var environment = new Dictionary<string, string>(chaos.Environment);
        if (disabled is not null) environment[Guards.Variable] = disabled;
        var result = await network.TryUpAsync("ros-fl", environment, chaos.Hear);
        return result is not null && result.Models.SequenceEqual((await UndisturbedAsync()).Models) && result.Parties.All(p => result.Records.SequenceEqual(result.RecordsOf(p)));
    }

    private NetworkResult? undisturbed;

    private async Task<NetworkResult> UndisturbedAsync() => undisturbed ??= await network.SimulateAsync("ros-fl");
}
