using RosFL.Runs;

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
        Assert.True(File.Exists(Path.Combine(up.Folder, "report.html")));
        Assert.Empty(NetworkOnLoopback.ProcessesOf(up.Folder));
    }

    /// <summary>With three sites the aggregation server sees masked sums only, and the study ends as the simulation does under the same option.</summary>
    [Theory]
    [InlineData("ros-fl")]
    [InlineData("fedavg")]
    public async Task Up_ofThreeSites_hidesPartsByDefault_andTrainsWhatSimulateTrainsSo(string algorithm)
    {
        var simulated = await network.SimulateAsync(algorithm, "--set", "privacy.secureAggregation=malicious", "data.phantoms.sites=3");
        var up = await network.UpAsync(algorithm, more: ["--set", "data.phantoms.sites=3"]);
        Assert.Equal(simulated.Models, up.Models);
        Assert.Equal(simulated.Records, up.Records);
        Assert.Equal(simulated.Scores, up.Scores);
        Assert.All(Directory.GetFiles(Path.Combine(up.Folder, "checkpoints")), file => Assert.Empty(Safetensors.Read(file)));
        await AssertAssemblesTheSame(simulated, up);
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
}
