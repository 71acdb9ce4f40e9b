using RosFL.Runs;
using RosFL.Tests.Build;

namespace RosFL.Tests.Cli;

/// <summary>The run file that a newcomer tries first, over real processes: four hospitals and both servers, under secure aggregation.</summary>
public sealed class ShippedRunTests : IDisposable
{
    private readonly NetworkOnLoopback network = new();

    [Fact]
    public async Task Up_ofTheDefaultRun_trainsAndReports()
    {
        var (code, output, error) = await NetworkOnLoopback.RunAsync(
        [
            "up", Repository.File("runs", "default.json"), "--json", "--set", "rounds=1", "training.steps=2", "network.channels=4", "machine.threads=1",
            "data.phantoms.imagesPerSite=6", "data.phantoms.size=32", $"output.folder={network.Root}",
        ]);
        Assert.True(code == 0, $"{error}\n{output}");
        var folder = Path.Combine(network.Root, "phantom-ct");
        using var store = RunStore.Open(Path.Combine(folder, "store.db"));
        Assert.Equal(4, Assert.Single(store.Rounds()).Sites.Count);
        Assert.Equal(4, store.Scores("test", model: "global").Select(score => score.Site).Distinct().Count());
        Assert.True(File.Exists(Path.Combine(folder, "report.html")));
        Assert.Empty(NetworkOnLoopback.ProcessesOf(folder));
    }

    public void Dispose() => network.Dispose();
}
