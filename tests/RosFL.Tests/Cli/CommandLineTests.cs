using System.Text.Json;
using RosFL.Grpc.Hosting;
using RosFL.Runs;

namespace RosFL.Tests.Cli;

/// <summary>The command as a user starts it: a process of its own, its output and its exit code.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rosfl-cli-").FullName;

    [Fact]
    public async Task Help_listsTheCommands()
    {
        var (code, output, _) = await RunAsync("--help");
        Assert.Equal((int)ExitCode.Success, code);
        Assert.All(["simulate", "compare", "report", "predict", "assemble", "init", "network", "data", "doctor"], command => Assert.Contains(command, output, StringComparison.Ordinal));
    }

    /// <summary>A configuration can be written from the help alone.</summary>
    [Theory]
    [InlineData("aggregate", typeof(AggregateOptions))]
    [InlineData("compute", typeof(ComputeOptions))]
    [InlineData("site", typeof(SiteProcessOptions))]
    public async Task Help_ofAParty_namesEveryMemberOfItsConfiguration(string command, Type options)
    {
        var (code, output, _) = await RunAsync(command, "--help");
        Assert.Equal((int)ExitCode.Success, code);
        Assert.All(["CONFIG", .. Members(options)], member => Assert.Matches($@"\b{member}\b", output));
    }

    [Fact]
    public async Task Help_ofUp_namesWhatItTakes()
    {
        var (_, output, _) = await RunAsync("up", "--help");
        Assert.All(["RUN", "--sites", "--quorum", "--resume", "--json", "--set", "--data"], option => Assert.Contains(option, output, StringComparison.Ordinal));
    }

    /// <summary>As JSON names them, those of the records inside too.</summary>
    private static IEnumerable<string> Members(Type options) =>
        from member in options.GetProperties()
        where member.PropertyType != typeof(TimeProvider)
        let inner = member.PropertyType.GetElementType() ?? member.PropertyType
        let own = JsonNamingPolicy.CamelCase.ConvertName(member.Name)
        from name in inner.IsPrimitive || inner == typeof(string) ? [own] : Members(inner).Prepend(own)
        select name;

    [Fact]
    public async Task WrongOption_isOneSentenceAndUsage()
    {
        var (code, _, error) = await RunAsync("simulate", "--fast");
        Assert.Equal((int)ExitCode.Usage, code);
        Assert.Contains("--fast", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    /// <summary>Weights of another network are found when the run has begun; the corrected run then gets the same name.</summary>
    [Fact]
    public async Task Simulate_thatFailsBeforeItsFirstRound_leavesNoFolder()
    {
        var weights = Path.Combine(folder, "other.safetensors");
        Safetensors.Write(weights, [new NamedArray("conv9.weight", [1], [0])]);
        var (code, _, error) = await RunAsync("simulate", "--set", "name=failed", $"output.folder=\"{folder}/out\"", $"training.initialWeights=\"{weights}\"");
        Assert.Equal(ExitCode.InvalidFile, (ExitCode)code);
        Assert.Equal($"Weights '{weights}' hold 'conv9.weight', which the network does not have: set network.* and cut.narrow* as they were when the weights were made.", error.Trim());
        Assert.False(Directory.Exists(Path.Combine(folder, "out", "failed")));
    }

    /// <summary>Appended, as a service does from one start to the next.</summary>
    [Fact]
    public async Task Log_takesWhatWouldGoToStandardError()
    {
        var log = Path.Combine(folder, "site.log");
        foreach (var name in new[] { "first.json", "second.json" })
        {
            var (code, _, error) = await RunAsync("site", Path.Combine(folder, name), "--log", log);
            Assert.Equal((ExitCode.InvalidFile, ""), ((ExitCode)code, error));
        }
        var lines = await File.ReadAllLinesAsync(log);
        Assert.Equal(2, lines.Length);
        Assert.All(lines.Zip(["first.json", "second.json"]), line => Assert.Contains(line.Second, line.First, StringComparison.Ordinal));
    }

    /// <summary>A site's configuration takes it.</summary>
    [Fact]
    public async Task StudySecret_isASecret_andAnotherEachTime()
    {
        var secrets = new[] { await RunAsync("study", "secret"), await RunAsync("study", "secret") }.Select(ended => ended.Output.Trim()).ToList();
        Assert.All(secrets, secret => Assert.Equal(Seeds.Length, PartyOptions.Seeds(secret, "ownSecret").Secret.Length));
        Assert.NotEqual(secrets[0], secrets[1]);
    }

    [Fact]
    public async Task WrongRunFile_saysAllItsErrors()
    {
        var file = Path.Combine(folder, "run.json");
        await File.WriteAllTextAsync(file, """{ "roundz": 3, "network": { "channels": -1 }, "algorithm": { "name": "fedavg", "strength": 0.5 } }""");
        var (code, _, error) = await RunAsync("simulate", file);
        Assert.Equal((int)ExitCode.InvalidRun, code);
        Assert.All(["roundz", "network.channels", "algorithm.strength"], option => Assert.Contains(option, error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("simluate", "'simulate'")]
    [InlineData("simulate --jsn", "'--json'")]
    [InlineData("init segmentatoin", "'segmentation'")]
    [InlineData("network unett", "'unet'")]
    [InlineData("network red-cnn --levels 3", "no effect")]
    [InlineData("compare --seeds x", "whole number")]
    [InlineData("compare --seeds 0", "1 or more")]
    [InlineData("compare --sweep rounds", "path=value")]
    [InlineData("simulate a.json b.json", "one too many")]
    [InlineData("plan --bandwidth 0", "above 0")]
    [InlineData("plan --site nowhere", "choose one of")]
    [InlineData("audit --site nowhere", "choose one of")]
    [InlineData("data", "inspect, import")]
    public async Task WrongUse_isOneSentenceWithARemedy(string line, string remedy)
    {
        var (code, _, error) = await RunAsync(line.Split(' '));
        Assert.Equal(ExitCode.Usage, (ExitCode)code);
        Assert.Contains(remedy, error, StringComparison.Ordinal);
        Assert.InRange(error.Trim().Split('\n').Length, 1, 2);
        Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("restoration")]
    [InlineData("reconstruction")]
    [InlineData("segmentation")]
    public async Task Init_writesARunFileThatSimulates(string task)
    {
        var (_, text, _) = await RunAsync("init", task);
        var file = Path.Combine(folder, "run.json");
        await File.WriteAllTextAsync(file, text);
        var (code, output, error) = await RunAsync("simulate", file, "--set", "rounds=1", $"output.folder={folder}", "data.phantoms.imagesPerSite=4");
        Assert.True(code == 0, error);
        Assert.Contains("report:", output, StringComparison.Ordinal);
    }

    /// <summary>A planned time is compared with it, so a tenth of a second is too coarse.</summary>
    [Fact]
    public async Task Simulate_printsTheTimeOfARoundWithThreeDigits()
    {
        var (code, output, error) = await RunAsync("simulate",
            "--set", "rounds=1", "training.steps=1", "network.channels=2", $"output.folder={folder}", "data.phantoms.imagesPerSite=4", "data.phantoms.sites=1");
        Assert.True(code == 0, error);
        Assert.Matches(@" (\d\.\d\d|\d\d\.\d|\d{3,4}) m?s +[\d.]+ .iB between the parties", output);
    }

    [Fact]
    [Trait("speed", "slow")]
    public async Task Compare_sweptFractions_haveTheirWholeValueInTheTable()
    {
        var (code, output, error) = await RunAsync("compare", "--algorithms", "ros-fl", "--sweep", "algorithm.strength=0.05,0.5",
            "--set", "rounds=1", "training.steps=1", "network.channels=2", $"output.folder={folder}", "data.phantoms.imagesPerSite=4", "data.phantoms.sites=1");
        Assert.True(code == 0, error);
        Assert.All(["ros-fl strength=0.05", "ros-fl strength=0.5"], method => Assert.Contains($"| {method} |", output, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var ended = await RosflProcess.RunAsync(arguments);
        return (ended.Code, ended.Output, ended.Error);
    }
}
