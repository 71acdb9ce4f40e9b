using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Runs;

namespace RosFL.Tests.Federation;

/// <summary>Whole simulations in real run folders.</summary>
public sealed class SimulationTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("rosfl-simulation-").FullName;

    /// <summary>The published program's run from its run file alone: MATLAB files, first weights, cursor; weights of every round, losses, predictions.</summary>
    [Fact]
    public async Task Simulation_ofThePublishedRunFile_meetsItsFigures()
    {
        var folder = await RunAsync(RunFile.Load(Path.Combine(GoldenFiles.Folder, "../../../runs/published.json"),
        [
            $"data.path=\"{GoldenFiles.Folder}/data\"", $"training.initialWeights=\"{GoldenFiles.Folder}/init_ch8.safetensors\"", $"output.folder=\"{root}\"",
        ]));
        AssertClose("a_code_b1.rounds.safetensors", folder.RoundsPath);
        AssertClose("a_code_b1.testout.safetensors", folder.PredictionsPath);
        var losses = GoldenFiles.Json("a_code_b1.json")["steps"]!.AsArray().Select(s => s!["loss"]!.GetValue<double>()).ToList();
        var steps = StepLog.Read(folder.StepsPath);
        Assert.Equal(losses.Count, steps.Count);
        Assert.All(losses.Zip(steps), pair => Assert.Equal(1, pair.Second.Loss / pair.First, 1e-5));
    }

    /// <summary>Stopped in the middle of a round and resumed, a run commits the models of the undisturbed one (its records also say how many attempts they took).</summary>
    [Theory]
    [InlineData("ros-fl")]
    [InlineData("split")]
    [InlineData("splitfed-v2")]
    [InlineData("scaffold")]
    [InlineData("local")]
    [InlineData("centralized")]
    [InlineData("ros-fl", HeadPenaltyKind.Adversary)]
    [InlineData("ros-fl", HeadPenaltyKind.None, GradientKind.SelfSupervised)]
    public async Task Simulation_stoppedAndResumed_commitsTheSameModels(string algorithm, HeadPenaltyKind penalty = HeadPenaltyKind.None, GradientKind gradient = GradientKind.Exact)
    {
        var whole = Hashes(await RunAsync(Phantoms(algorithm, "whole", penalty, gradient)));
        using var stop = new CancellationTokenSource();
        var file = Phantoms(algorithm, "stopped", penalty, gradient);
        var steps = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(file, RunFolder.Create(file), progress =>
        {
            if (progress is SimulationProgress.Stepped && Interlocked.Increment(ref steps) == (algorithm == "centralized" ? 8 : 11)) stop.Cancel();
        }, stop.Token));
        var resumed = await RunAsync(file, RunFolder.Resume(file), _ => { }, CancellationToken.None);
        Assert.Equal(whole, Hashes(resumed));
    }

    /// <summary>The counts of all sites become the weights of the loss: the bits are those of a run file that has these weights.</summary>
    [Fact]
    public async Task Simulation_withFederatedClassWeights_trainsOnTheSumOfTheSitesCounts()
    {
        var federated = Segmentation("federated", new() { Batch = 2, FederatedClassWeights = true });
        var counts = SiteImages.Open(federated.Options).Select(s => s.LabelCounts(3)).ToList();
        Assert.NotEqual(counts[0], counts[1]);
        long[] sum = [.. Enumerable.Range(0, 3).Select(c => counts[0][c] + counts[1][c])];
        var given = Segmentation("given", new() { Batch = 2, ClassWeights = [.. sum.Select(n => sum.Sum() / (3.0 * n))] });
        var hashes = Hashes(await RunAsync(federated));
        Assert.Equal(Hashes(await RunAsync(given)), hashes);
        Assert.NotEqual(Hashes(await RunAsync(Segmentation("equal", new() { Batch = 2 }))), hashes);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private RunFile Segmentation(string name, TrainingOptions training) => RunFile.Of(new RunOptions
    {
        Name = name,
        Rounds = 1,
        Task = StudyTask.Segmentation,
        Algorithm = new() { Name = "fedavg" },
        Training = training,
        Network = new() { Name = "unet", Channels = 2, Levels = 1, OutputChannels = 3 },
        Data = new() { Phantoms = new() { Sites = 2, ImagesPerSite = 6, Size = 32 } },
        Machine = new() { Threads = 1 },
        Output = new() { Folder = root },
    });

    private RunFile Phantoms(string algorithm, string name, HeadPenaltyKind penalty = HeadPenaltyKind.None, GradientKind gradient = GradientKind.Exact) => RunFile.Of(new RunOptions
    {
        Name = name,
        Rounds = 3,
        Algorithm = new() { Name = algorithm },
        Privacy = new() { HeadPenalty = penalty, Gradient = gradient },
        Network = new() { Name = "residual-unet", Channels = 4, Levels = 2 },
        Training = new() { Batch = 2 },
        Data = new() { Phantoms = new() { Sites = 2, ImagesPerSite = 6, Size = 32 } },
        Preprocessing = new() { Intensity = IntensityKind.Window },
        Evaluation = new() { ScoreWindow = [-160, 240] },
        Machine = new() { Threads = 1 },
        Output = new() { Folder = root },
    });

    private static Task<RunFolder> RunAsync(RunFile file) => RunAsync(file, RunFolder.Create(file), _ => { }, CancellationToken.None);

    private static async Task<RunFolder> RunAsync(RunFile file, RunFolder folder, Action<SimulationProgress> progress, CancellationToken cancellation)
    {
        using (folder)
        using (var simulation = new Simulation(folder, progress))
            await simulation.RunAsync(cancellation);
        return folder;
    }

    private static List<string> Hashes(RunFolder folder)
    {
        using var store = RunStore.Open(folder.StorePath);
        return [.. store.Rounds().Select(r => r.ModelHash)];
    }

    private static void AssertClose(string golden, string path)
    {
        var ours = Safetensors.Read(path).ToDictionary(a => a.Name);
        foreach (var expected in GoldenFiles.Arrays(golden).Values)
            Assert.True(expected.Values.Zip(ours[expected.Name].Values, (a, b) => Math.Abs(a - b)).Max() < 1e-6, expected.Name);
    }
}
