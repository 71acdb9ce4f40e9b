using System.Runtime.InteropServices;
using System.Text.Json;
using RosFL.Runs;
using RosFL.Tests.Grpc.Hosting.Knowledge;

namespace RosFL.Tests.Cli;

/// <summary>A network of real processes over TLS on loopback trains what the simulation trains, to the bit of every round's weights.</summary>
public sealed class UpTests : IDisposable
{
    private readonly NetworkOnLoopback network = new();

    [Theory]
    [InlineData("fedavg")]
    [InlineData("splitfed-v1")]
    [InlineData("ros-fl")]
    [InlineData("split")]
    public async Task Up_trainsWhatSimulateTrains(string algorithm)
    {
        var simulated = await network.SimulateAsync(algorithm);
        var up = await network.UpAsync(algorithm);
        Assert.Equal(simulated.Models, up.Models);
        Assert.Equal(simulated.Records, up.Records);
        Assert.Equal(simulated.Scores, up.Scores);
        Assert.Equal(Strips(simulated.Folder), Strips(up.Folder));
        Assert.True(File.Exists(Path.Combine(up.Folder, "report.html")));
        Assert.Empty(NetworkOnLoopback.ProcessesOf(up.Folder));
    }

    /// <summary>One intensity map and one set of class weights for all sites, from sums that each makes of its own images.</summary>
    [Fact]
    public async Task Up_withStatisticsOverAllSites_trainsWhatSimulateTrains()
    {
        string[] settings =
        [
            "--set", "task=segmentation", "network.outputChannels=2", "preprocessing.intensity=ct-foreground", "preprocessing.binaryLabels=true",
            "training.federatedClassWeights=true", "evaluation.scoreWindow=null",
        ];
        var simulated = await network.SimulateAsync("ros-fl", settings);
        var up = await network.UpAsync("ros-fl", more: settings);
        Assert.Equal(simulated.Models, up.Models);
        Assert.Equal(simulated.Scores, up.Scores);
    }

    /// <summary>The decoder that a head is trained against stays at its site and learns on from round to round.</summary>
    [Fact]
    public async Task Up_withHeadsTrainedAgainstADecoder_trainsWhatSimulateTrains()
    {
        var simulated = await network.SimulateAsync("ros-fl", "--set", "privacy.headPenalty=adversary");
        var up = await network.UpAsync("ros-fl", more: ["--set", "privacy.headPenalty=adversary"]);
        Assert.Equal(simulated.Models, up.Models);
        using var without = new NetworkOnLoopback();
        Assert.NotEqual((await without.SimulateAsync("ros-fl")).Models, up.Models);
    }

    /// <summary>With three sites the aggregation server sees masked sums only, and the study ends as the simulation does under the same option.</summary>
    [Theory]
    [InlineData("ros-fl")]
    [InlineData("dc-sfl")]
    [InlineData("fedavg")]
    public async Task Up_ofThreeSites_hidesPartsByDefault_andTrainsWhatSimulateTrainsSo(string algorithm)
    {
        var simulated = await network.SimulateAsync(algorithm, "--set", "privacy.secureAggregation=malicious", "data.phantoms.sites=3");
        var said = new List<string>();
        var up = await network.UpAsync(algorithm, heard: said.Add, more: ["--sites", "3"]);
        Assert.Contains(said, line => line.Contains("3 sites, malicious-server threshold: none may drop out.", StringComparison.Ordinal));
        Assert.Equal(simulated.Models, up.Models);
        Assert.Equal(simulated.Records, up.Records);
        Assert.Equal(simulated.Scores, up.Scores);
        Assert.Equal(Strips(simulated.Folder), Strips(up.Folder));
        await AssertAssemblesTheSame(simulated, up);
    }

    /// <summary>Bytes of the weights are looked for in all that the aggregation server keeps, and while it runs in all that it holds; the same search finds them at a site. The study stands still meanwhile.</summary>
    [Fact]
    public async Task AggregationServer_ofThreeSites_holdsNoWeightOnDiskOrInMemory()
    {
        using var network = new NetworkOnLoopback { Rounds = 12 }; // so many that the order to pause is there before the last
        var rounds = await WeightsOfRoundsAsync(network);
        var order = new OperatorOrder(network.UpFolder, TimeProvider.System);
        var parties = new ChaosParties();
        (int AtServer, int AtSite)? found = null;
        var up = await network.UpAsync("fedavg", heard: line =>
        {
            using var told = JsonDocument.Parse(line);
            var text = told.RootElement.TryGetProperty("text", out var phase) ? phase.GetString()! : "";
            parties.Note(text);
            if (found is null && told.RootElement.GetProperty("event").GetString() == "committed") order.Give(OperatorWish.Pause);
            if (!text.StartsWith("Paused by the operator", StringComparison.Ordinal)) return;
            found = (PlantedBytes.InMemory(parties.ProcessOf("aggregate"), [.. rounds.SelectMany(r => r)]), PlantedBytes.InMemory(parties.ProcessOf("hospital-1"), [.. rounds.SelectMany(r => r)]));
            order.Give(OperatorWish.Run);
        }, more: ["--set", "data.phantoms.sites=3"]);
        Assert.NotNull(found); // else it was over before it could be paused
        Assert.Equal((0, true), (found.Value.AtServer, found.Value.AtSite > 0));
        var last = rounds.TakeLast(2).SelectMany(r => r).ToList();
        var own = Directory.GetFiles(Path.Combine(up.Folder, "network", "state", "hospital-1"), "*", SearchOption.AllDirectories);
        Assert.Equal(last.Count, PlantedBytes.InFiles(own, last));
        var server = Directory.GetFiles(up.Folder, "*", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}hospital-", StringComparison.Ordinal)).ToList();
        Assert.Contains(server, f => f.EndsWith(".sealed", StringComparison.Ordinal));
        Assert.Equal(0, PlantedBytes.InFiles(server, [.. rounds.SelectMany(r => r)]));
    }

    /// <summary>What each site trained, as floats and as the integers that it masks, is not in the aggregation server's memory after any round; at the site it is.</summary>
    [Fact]
    public async Task AggregationServer_ofThreeSites_holdsNoSitesOwnPartsInMemory()
    {
        IReadOnlyList<byte[]> trained;
        using (var same = await OverheardStudy.RunAsync(3, SecureAggregationKind.Malicious, rounds: network.Rounds)) trained = same.TrainedParts;
        var parties = new ChaosParties();
        var (atServer, atSite) = (0, 0);
        int Holds(string party) => parties.WhileFrozen("hospital-2", () => PlantedBytes.InMemory(parties.ProcessOf(party), trained));
        await network.UpAsync("ros-fl", heard: line =>
        {
            using var told = JsonDocument.Parse(line);
            if (told.RootElement.TryGetProperty("text", out var text)) parties.Note(text.GetString()!);
            var kind = told.RootElement.GetProperty("event").GetString();
            // when a site lets go of what it trained is up to its garbage collector: it is looked at until it is caught with it
            if (atSite == 0 && kind is ("step" or "committed")) atSite = Holds("hospital-1");
            if (kind == "committed") atServer += Holds("aggregate");
        }, more: ["--set", "data.phantoms.sites=3", "machine.layout=contiguous"]);
        Assert.Equal((0, true), (atServer, atSite > 0));
    }

    /// <summary>Bytes of head, body and tail after each round, from the simulation that trains the same.</summary>
    private static async Task<IReadOnlyList<IReadOnlyList<byte[]>>> WeightsOfRoundsAsync(NetworkOnLoopback network)
    {
        var simulated = await network.SimulateAsync("fedavg", "--set", "privacy.secureAggregation=malicious", "data.phantoms.sites=3", "output.roundWeights=true");
        return
        [
            .. from array in Safetensors.Read(Path.Combine(simulated.Folder, "rounds.safetensors"))
               where array.Values.Length >= 64
               group array by array.Name.Split('.')[0] into round
               orderby round.Key.Length, round.Key // by number
               select round.DistinctBy(a => a.Name.Split('.')[2]).Select(a => MemoryMarshal.AsBytes(a.Values.AsSpan(0, 8)).ToArray()).ToList(),
        ];
    }

    /// <summary>All parts of a network on this machine lie beside its run folder, so it is put together like a simulation, to the same bytes.</summary>
    private async Task AssertAssemblesTheSame(NetworkResult simulated, NetworkResult up)
    {
        var hashes = new List<string>();
        foreach (var folder in new[] { simulated.Folder, up.Folder })
        {
            var (code, output, error) = await NetworkOnLoopback.RunAsync(["assemble", folder, "--out", Path.Combine(network.Root, $"model-{hashes.Count}")]);
            Assert.True(code == 0, error);
            hashes.Add(string.Join(' ', output.Split('\n').Select(line => line.Split(' ')[0])));
        }
        Assert.Equal(hashes[0], hashes[1]);
    }

    public void Dispose() => network.Dispose();

    /// <summary>Pictures of test images in the report, by file: their hashes.</summary>
    private static IReadOnlyList<string> Strips(string folder)
    {
        var files = Directory.GetFiles(Path.Combine(folder, "strips"), "*.png").Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(files);
        return [.. files.Select(f => $"{Path.GetFileName(f)} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}")];
    }
}
