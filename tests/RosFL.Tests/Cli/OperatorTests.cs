using RosFL.Runs;

namespace RosFL.Tests.Cli;

/// <summary>An operator pauses, looks, resumes and aborts a study of real processes.</summary>
public sealed class OperatorTests : IDisposable
{
    private readonly NetworkOnLoopback network = new() { Rounds = 40 }; // far more than pass before an order is there, on a quick machine too

    [Fact]
    public async Task Study_pausedAndResumed_endsInTheSameBits()
    {
        var simulated = await network.SimulateAsync("fedavg");
        var folder = Path.Combine(network.Root, "up", "tiny");
        Task<(int Code, string Output, string Error)>? pause = null, status = null;
        var up = await network.UpAsync("fedavg", heard: line =>
        {
            if (pause is null && line.Contains("\"committed\"", StringComparison.Ordinal))
            {
                new OperatorOrder(folder, TimeProvider.System).Give(OperatorWish.Pause); // at once: rounds may all be over before the command has started
                pause = NetworkOnLoopback.RunAsync(["pause", folder]);
            }

            if (status is not null || !line.Contains("Paused by the operator", StringComparison.Ordinal)) return;
            pause!.GetAwaiter().GetResult(); // else it could come after the resume
            status = NetworkOnLoopback.RunAsync(["status", folder]);
            status.GetAwaiter().GetResult();
            NetworkOnLoopback.RunAsync(["resume", folder]).GetAwaiter().GetResult();
        });
        Assert.Equal(0, (await pause!).Code);
        Assert.Equal(simulated.Models, up.Models);
        Assert.NotNull(status); // else it was over before it could be paused
        var (code, output, _) = await status;
        Assert.Equal(0, code);
        Assert.Contains("order: Pause", output, StringComparison.Ordinal);
        Assert.Contains("hospital-2", output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^time left: about \d\d:\d\d:\d\d$", output);
        Assert.Matches(@"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  Site 'hospital-2' has heard that the study is over$", (await NetworkOnLoopback.RunAsync(["status", folder])).Output);
    }

    [Fact]
    public async Task Study_aborted_endsAndLeavesNoProcess()
    {
        var folder = Path.Combine(network.Root, "up", "tiny");
        Assert.Null(await network.TryUpAsync("fedavg", new Dictionary<string, string>(), line =>
        {
            var order = new OperatorOrder(folder, TimeProvider.System);
            if (line.Contains("\"committed\"", StringComparison.Ordinal)) order.Give(OperatorWish.Pause);
            if (line.Contains("Paused by the operator", StringComparison.Ordinal)) order.Give(OperatorWish.Abort);
        }));
        using var store = RunStore.Open(Path.Combine(folder, "store.db"));
        Assert.NotEmpty(store.Rounds());
        Assert.Empty(NetworkOnLoopback.ProcessesOf(folder));
    }

    public void Dispose() => network.Dispose();
}
