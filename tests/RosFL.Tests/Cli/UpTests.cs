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

    public void Dispose() => network.Dispose();
}
