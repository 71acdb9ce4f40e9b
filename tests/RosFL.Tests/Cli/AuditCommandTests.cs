using System.Text.Json;
using RosFL.Runs;

namespace RosFL.Tests.Cli;

/// <summary><c>rosfl audit</c> as a user starts it, much too short to conclude anything, of made-up patients.</summary>
public sealed class AuditCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rosfl-audit-").FullName;

    /// <summary>A result holds the seconds that it took, so a cut that is measured again leaves another file.</summary>
    [Fact]
    public async Task Audit_killedAfterItsFirstCut_goesOnWithTheSecond()
    {
        string[] audit = ["audit", RunFile(), "--out", folder];
        using (var killed = new LivingProcess(audit))
        {
            Assert.True(await killed.ReadUntilAsync(line => line.StartsWith("Cut 2:2x2: ", StringComparison.Ordinal)));
            killed.Kill();
            await killed.EndAsync();
        }
        File.Delete(Path.Combine(folder, "cut-2-2x2.json")); // a quick machine may have ended that cut before it was killed
        var first = await File.ReadAllTextAsync(Path.Combine(folder, "cut-1-2x2.json"));

        var resumed = await RosflProcess.RunAsync(audit);
        Assert.True(resumed.Code == 0, resumed.Error);
        Assert.Contains("Cut 2:2x2: training the network", resumed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Cut 1:2x2: ", resumed.Output, StringComparison.Ordinal);
        Assert.Equal(first, await File.ReadAllTextAsync(Path.Combine(folder, "cut-1-2x2.json")));
        Assert.Contains("data:image/png", await File.ReadAllTextAsync(Path.Combine(folder, "audit.html")), StringComparison.Ordinal);

        var plan = await RosflProcess.RunAsync("plan", RunFile(), "--json", "--audit", Path.Combine(folder, "audit.json"));
        Assert.True(plan.Code == 0, plan.Error);
        var lines = JsonDocument.Parse(plan.Output).RootElement.GetProperty("lines").EnumerateArray().ToList();
        Assert.Equal(["1:2x2", "2:2x2", "fedavg", "centralized"], lines.Select(l => l.GetProperty("cut").GetString()));
        Assert.All((string[])["gain", "leak", "maskLeak"], column => Assert.Equal(
            [true, true, false, false], lines.Select(l => l.GetProperty(column).ValueKind == JsonValueKind.Number)));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string RunFile()
    {
        var path = Path.Combine(folder, "audited.json");
        RosFL.Runs.RunFile.Of(new RunOptions
        {
            Name = "audited",
            Task = StudyTask.Segmentation,
            Network = new() { Name = "unet", Channels = 4, Levels = 2, OutputChannels = 2 },
            Data = new() { Phantoms = new() { Sites = 1, ImagesPerSite = 10, Size = 32 } },
            Preprocessing = new() { Intensity = IntensityKind.ZScore, BinaryLabels = true },
            Machine = new() { Threads = 1 },
            Audit = new() { Cuts = ["1:2x2", "2:2x2"], TrainingSteps = 2, LeastSteps = 100, MostSteps = 100, DecoderChannels = 4, Victims = 4 },
        }).Save(path);
        return path;
    }
}
