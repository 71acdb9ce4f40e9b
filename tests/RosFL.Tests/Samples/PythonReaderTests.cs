using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using RosFL.Runs;
using RosFL.Tests.Build;

namespace RosFL.Tests.Samples;

/// <summary>The ten lines of Python in the README read what we write.</summary>
public sealed class PythonReaderTests
{
    [Fact]
    public async Task TenLinesOfPython_readOurWeights_nameShapeAndValue()
    {
        var path = Path.Combine(Path.GetTempPath(), $"rosfl-{Guid.NewGuid():N}.safetensors");
        try
        {
            Safetensors.Write(path, [new("head.conv1.weight", [2, 3], [0.5f, 1, 2, 3, 4, 5]), new("tail.bias", [1], [-1.25f])]);
            var lines = await RunAsync(Repository.File("samples", "python", "read_safetensors.py"), path);
            Assert.Equal(["head.conv1.weight (2, 3) 0.5", "tail.bias (1,) -1.25"], lines);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Readme_showsTheFileThatIsTested()
    {
        var sample = File.ReadAllText(Repository.File("samples", "python", "read_safetensors.py"));
        var reader = sample[..sample.IndexOf("\nif __name__", StringComparison.Ordinal)].Trim();
        Assert.Contains(reader, File.ReadAllText(Repository.File("README.md")), StringComparison.Ordinal);
        Assert.True(reader.Split('\n').Length <= 10, string.Create(CultureInfo.InvariantCulture, $"{reader.Split('\n').Length} lines"));
    }

    private static async Task<string[]> RunAsync(string script, string file)
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", [script, file]) { RedirectStandardOutput = true })!;
            var output = await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await python.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, python.ExitCode);
            return output.Trim().Split('\n', StringSplitOptions.TrimEntries);
        }
        catch (Win32Exception)
        {
            Assert.Skip("python3 is not installed.");
            throw;
        }
    }
}
