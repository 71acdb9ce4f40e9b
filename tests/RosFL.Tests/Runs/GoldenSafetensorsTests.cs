using RosFL.Runs;

namespace RosFL.Tests.Runs;

/// <summary>Files that another program wrote (Python's safetensors).</summary>
public sealed class GoldenSafetensorsTests
{
    /// <summary>Proves that the golden runs' files are read whole, with the names their README gives.</summary>
    [Fact]
    public void Read_ofTheGoldenFiles_givesEveryTensor()
    {
        var folder = Find();
        Assert.SkipWhen(folder is null, "the golden runs are not on this machine");
        foreach (var path in Directory.GetFiles(folder!, "*.safetensors"))
            Assert.NotEmpty(Safetensors.Read(path));
        using var rounds = SafetensorsFile.Open(Path.Combine(folder!, "a_code_b1.rounds.safetensors"));
        Assert.Equal([8, 1, 5, 5], rounds.ReadFloats("round1.before.head.conv1.weight").Shape);
        Assert.False(rounds.Contains("round0.before.head.conv1.weight"));
    }

    private static string? Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Directory.Exists(Path.Combine(at.FullName, "shared", "golden")))
                return Path.Combine(at.FullName, "shared", "golden");
        return null;
    }
}
