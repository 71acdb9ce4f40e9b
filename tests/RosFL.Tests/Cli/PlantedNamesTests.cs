using System.Text;
using RosFL.Runs;
using RosFL.Tests.Grpc.Bodies;
using RosFL.Tests.Imaging.Datasets;

namespace RosFL.Tests.Cli;

/// <summary>
/// Images are called after persons, and every party logs all that it can: no name may reach a server, a log, the monitoring or what a site keeps of the
/// network, and no planted pixel or label a server or a log. Only a site's own list of which image is in which split may hold a name.
/// </summary>
public sealed class PlantedNamesTests : IDisposable
{
    private const string Planted = "Mustermann";
    private const int Side = 32;
    private static readonly string[] Sites = ["north", "south"];

    private readonly NetworkOnLoopback network = new();

    [Fact]
    public async Task NamesOfImages_reachNoServerNoLogAndNoRecord()
    {
        var data = Path.Combine(network.Root, "data");
        foreach (var site in Sites) WriteImages(data, site);

        var said = new StringBuilder();
        var (code, output, error) = await network.UpAsync(new RunOptions
        {
            Name = "planted",
            Rounds = 2,
            Task = StudyTask.Segmentation,
            Algorithm = new() { Name = "ros-fl" },
            Network = new() { Name = "residual-unet", Channels = 4, Levels = 2, OutputChannels = 2 },
            Training = new() { Batch = 2 },
            Data = new() { Layout = DataLayout.Folders, Path = data, SubjectPattern = "^(.+)_" },
            Preprocessing = new() { Intensity = IntensityKind.Window, Window = [0, 255] },
            Wire = new() { ImageSizes = [[Side, Side]] },
            Machine = new() { Threads = 1 },
            Output = new() { Folder = Path.Combine(network.Root, "planted") },
        }, new Dictionary<string, string> { ["ROSFL_LOG"] = "trace" }, line => said.AppendLine(line));

        Assert.True(code == 0, $"{error}\n{output}");
        Assert.DoesNotContain(Planted, said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Planted, error, StringComparison.Ordinal);
        Assert.Contains("\"indices\":[]", said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotMatch(@"""indices"":\[\d", said.ToString()); // the order of its images is a site's secret
        var written = Directory.GetFiles(Path.Combine(network.Root, "planted"), "*", SearchOption.AllDirectories);
        Assert.All(["aggregate.log", "compute.log", "north.log"], log => Assert.True(new FileInfo(written.Single(path => Path.GetFileName(path) == log)).Length > 0, log));
        Assert.Contains(written, path => path.EndsWith("audit-log.jsonl", StringComparison.Ordinal));
        string[] leaking = [.. written.Where(Holds)];
        Assert.Empty(leaking);
        Assert.Empty(Patterns([.. written.Where(path => !IsASitesOwn(path))]));
        Assert.Equal(["pixels as float32 in the file's units", "labels as float32"], Patterns(Directory.GetFiles(data, "*", SearchOption.AllDirectories)));
    }

    public void Dispose() => network.Dispose();

    /// <summary>The patterns at the beginning of every row, in files that hold the numbers as they are.</summary>
    private static void WriteImages(string data, string site)
    {
        for (var person = 0; person < 6; person++)
        {
            var (name, shift) = ($"{Planted}-Erika-{(char)('A' + person)}_1.npy", person * 7);
            MadeData.Write(data, $"{site}/images/{name}", Side, Side, i => i % Side < Canary.Length ? Canary.Bytes[i % Side] : (i * 3 + shift) % 251);
            MadeData.Write(data, $"{site}/labels/{name}", Side, Side, i => i % Side < Canary.Length ? Canary.Labels[i % Side] : i / Side % 2);
        }
    }

    /// <summary>Where a site keeps its own state: it may hold what its images hold.</summary>
    private static bool IsASitesOwn(string path) => Sites.Any(site => path.Contains(Path.Combine("state", site), StringComparison.Ordinal));

    private static IReadOnlyList<string> Patterns(IReadOnlyList<string> files)
    {
        var contents = files.Select(File.ReadAllBytes).ToList();
        return Canary.FoundBy(bytes => contents.Exists(content => content.AsSpan().IndexOf(bytes) >= 0));
    }

    /// <summary>As UTF-8 or as UTF-16, which databases may hold.</summary>
    private static bool Holds(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Planted)) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(Planted)) >= 0;
    }
}
