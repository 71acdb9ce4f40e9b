using System.Text;
using RosFL.Runs;
using RosFL.Tests.Imaging.Datasets;

namespace RosFL.Tests.Cli;

/// <summary>
/// Images are called after persons, and every party logs all that it can: no name may reach a server, a log, the monitoring or what a site keeps of the
/// network. Only a site's own list of which image is in which split may hold it.
/// </summary>
public sealed class PlantedNamesTests : IDisposable
{
    private const string Planted = "Mustermann";

    private readonly NetworkOnLoopback network = new();

    [Fact]
    public async Task NamesOfImages_reachNoServerNoLogAndNoRecord()
    {
        var data = Path.Combine(network.Root, "data");
        foreach (var site in new[] { "north", "south" })
            for (var person = 0; person < 6; person++)
            {
                var name = $"{Planted}-Erika-{(char)('A' + person)}_1.png";
                MadeData.Write(data, $"{site}/input/{name}", 16, 16, i => (i * (person + 3)) % 251);
                MadeData.Write(data, $"{site}/target/{name}", 16, 16, i => (i * (person + 2)) % 251);
            }

        var said = new StringBuilder();
        var (code, output, error) = await network.UpAsync(new RunOptions
        {
            Name = "planted",
            Rounds = 2,
            Algorithm = new() { Name = "fedavg" },
            Network = new() { Name = "residual-unet", Channels = 4, Levels = 2 },
            Training = new() { Batch = 2 },
            Data = new() { Layout = DataLayout.Folders, Path = data, SubjectPattern = "^(.+)_" },
            Machine = new() { Threads = 1 },
            Output = new() { Folder = Path.Combine(network.Root, "planted") },
        }, new Dictionary<string, string> { ["ROSFL_LOG"] = "trace" }, line => said.AppendLine(line));

        Assert.True(code == 0, $"{error}\n{output}");
        Assert.DoesNotContain(Planted, said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Planted, error, StringComparison.Ordinal);
        Assert.Contains("\"indices\":[]", said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotMatch(@"""indices"":\[\d", said.ToString()); // the order of its images is a site's secret
        var written = Directory.GetFiles(Path.Combine(network.Root, "planted"), "*", SearchOption.AllDirectories);
        Assert.Contains(written, path => Path.GetFileName(path) == "aggregate.log" && new FileInfo(path).Length > 0);
        Assert.Contains(written, path => path.EndsWith("audit-log.jsonl", StringComparison.Ordinal));
        string[] leaking = [.. written.Where(Holds)];
        Assert.Empty(leaking);
    }

    public void Dispose() => network.Dispose();

    /// <summary>As UTF-8 or as UTF-16, which databases may hold.</summary>
    private static bool Holds(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Planted)) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(Planted)) >= 0;
    }
}
