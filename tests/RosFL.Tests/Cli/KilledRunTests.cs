using RosFL.Runs;

namespace RosFL.Tests.Cli;

/// <summary>A run that is killed again and again, at whatever moment, ends with the model of the run that was not.</summary>
public sealed class KilledRunTests : IDisposable
{
    private const int Kills = 4;
    private const int Rounds = 60; // far more than pass before the last kill, on a quick machine too
    private readonly string root = Directory.CreateTempSubdirectory("rosfl-killed-").FullName;

    [Fact]
    public async Task Simulate_killedAtRandomMoments_endsWithTheSameModel()
    {
        using (var whole = new LivingProcess(["simulate", RunFile("whole"), "--json"]))
            Assert.Equal(0, (await whole.EndAsync()).Code);
        var expected = Hashes("whole");
        Assert.Equal(Rounds, expected.Count);

        var (file, random, killed) = (RunFile("killed"), Seeds.Random(20), 0);
        for (var attempt = 0; attempt < Kills; attempt++)
        {
            using var run = new LivingProcess(["simulate", file, "--json", .. attempt == 0 ? [] : new[] { "--resume" }]);
            // some line, and a moment that lies somewhere behind it: in a step, a merge, a commit or a score
            var lines = random.Next(2, 20);
            if (await run.ReadUntilAsync(_ => --lines < 0)) killed++;
            Thread.SpinWait(random.Next(3_000_000));
            run.Kill();
            await run.EndAsync();
        }
        Assert.Equal(Kills, killed);
        using var last = new LivingProcess(["simulate", file, "--json", "--resume"]);
        var (code, _, error) = await last.EndAsync();
        Assert.True(code == 0, error);
        Assert.Equal(expected, Hashes("killed"));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private List<string> Hashes(string name)
    {
        using var store = RunStore.Open(Path.Combine(root, name, "store.db"));
        return [.. store.Rounds().Select(r => r.ModelHash)];
    }

    private string RunFile(string name)
    {
        var path = Path.Combine(root, name + ".json");
        RosFL.Runs.RunFile.Of(new RunOptions
        {
            Name = name,
            Rounds = Rounds,
            Algorithm = new() { Name = "ros-fl" },
            Network = new() { Name = "residual-unet", Channels = 2, Levels = 1 },
            Training = new() { Batch = 1 },
            Data = new() { Phantoms = new() { Sites = 2, ImagesPerSite = 6, Size = 16 } },
            Preprocessing = new() { Intensity = IntensityKind.Window },
            Evaluation = new() { ScoreWindow = [-160, 240] },
            Machine = new() { Threads = 1 },
            Output = new() { Folder = root },
        }).Save(path);
        return path;
    }
}
