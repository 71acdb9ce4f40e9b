using RosFL.Runs;

namespace RosFL.Tests.Cli;

/// <summary>libtorch takes a third of a second to load: a command that only answers never does, as the dynamic linker tells.</summary>
public sealed class StartTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rosfl-start-").FullName;

    [Theory]
    [InlineData(ExitCode.Success, "--help")]
    [InlineData(ExitCode.Success, "simulate", "--help")]
    [InlineData(ExitCode.Success, "doctor")]
    [InlineData(ExitCode.Success, "init", "segmentation")]
    [InlineData(ExitCode.Usage, "simulate", "--fast")]
    [InlineData(ExitCode.Usage, "simluate")]
    [InlineData(ExitCode.InvalidRun, "simulate", "--set", "roundz=3")]
    public async Task Answer_isGivenWithoutLibtorch(ExitCode code, params string[] arguments)
    {
        var (ended, libraries) = await RunAsync(arguments);
        Assert.Equal(code, (ExitCode)ended.Code);
        Assert.Contains("libcoreclr", libraries, StringComparison.Ordinal);
        Assert.DoesNotContain("libtorch", libraries, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The way of looking works: a command that computes does load it.</summary>
    [Fact]
    public async Task Computation_loadsLibtorch()
    {
        var (ended, libraries) = await RunAsync("network", "unet", "--size", "16", "--channels", "2", "--levels", "2");
        Assert.Equal(0, ended.Code);
        Assert.Contains("libtorch", libraries, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<(RosflProcess Ended, string Libraries)> RunAsync(params string[] arguments)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("The dynamic linker of Linux tells what it loads.");
        var log = Path.Combine(folder, "ld");
        var ended = await RosflProcess.RunAsync(new Dictionary<string, string> { ["LD_DEBUG"] = "files", ["LD_DEBUG_OUTPUT"] = log }, arguments);
        return (ended, string.Concat(Directory.GetFiles(folder, "ld.*").Select(File.ReadAllText)));
    }
}
