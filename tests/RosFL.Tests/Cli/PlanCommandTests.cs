using System.Text.Json;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tests.Privacy.Audit;

namespace RosFL.Tests.Cli;

/// <summary><c>rosfl plan</c> as a user starts it, beside what the study then costs.</summary>
public sealed class PlanCommandTests : IDisposable
{
    private readonly NetworkOnLoopback network = new() { Rounds = 2 };

    /// <summary>With two sites parts cross as they are, with three as masked integers of twice the size.</summary>
    [Theory]
    [InlineData(2, "none")]
    [InlineData(3, "malicious")]
    public async Task Plan_bytesPerStudy_areThoseThatTheNetworkMeters(int sites, string secureAggregation)
    {
        string[] settings = ["--set", $"data.phantoms.sites={sites}", "network.normalisation=batch", "audit.cuts=[\"1\"]"];
        var up = await network.UpAsync("ros-fl", more: settings);
        using var store = RunStore.Open(Path.Combine(up.Folder, "store.db"));
        // one of the sites seals a state beside
        var metered = store.Rounds().SelectMany(r => r.Sites).GroupBy(s => s.Site).Min(rounds => rounds.Sum(s => s.BytesUp + s.BytesDown));

        var (code, output, error) = await NetworkOnLoopback.RunAsync(["plan", Path.Combine(network.Root, "up.json"), "--json", .. settings]);
        Assert.True(code == 0, error);
        var plan = JsonDocument.Parse(output).RootElement;
        Assert.Equal(secureAggregation, plan.GetProperty("secureAggregation").GetString());
        var planned = plan.GetProperty("lines")[0];
        Assert.Equal("1", planned.GetProperty("cut").GetString());
        Assert.InRange(planned.GetProperty("bytesPerStudy").GetInt64() / (double)metered, 0.999, 1.001);
        Assert.Equal(planned.GetProperty("bytesPerStudy").GetInt64(), 2 * planned.GetProperty("bytesPerRound").GetInt64());
    }

    /// <summary>Two sites cannot hide in a sum, and an audit of another network says nothing of this one: the table's reader is told so.</summary>
    [Fact]
    public async Task Plan_printsEveryCutAndWhatWasPlanned()
    {
        var audit = Path.Combine(network.Root, "audit.json");
        AuditFile.Of(new() { Network = new() { Name = "red-cnn", Channels = 4 } }, "hospital-1", [GradeTests.Made(ssim: 0.4321)]).Save(audit);
        var (code, output, error) = await NetworkOnLoopback.RunAsync(
            ["plan", "--audit", audit, "--set", "data.phantoms.sites=2", "data.phantoms.size=32", "network.channels=2", "audit.cuts=[\"1\",\"2:4x2\"]", "machine.threads=1"]);
        Assert.True(code == 0, error);
        Assert.All(["2:4x2", "fedavg", "centralized", "site memory", "secure aggregation 'none': 4 bytes", "it needs 3 sites and there are 2", "Not in bytes/round, at cut '1': scoring validation images every", "left out here, is of another task, network"], text => Assert.Contains(text, output, StringComparison.Ordinal));
    }

    public void Dispose() => network.Dispose();
}
