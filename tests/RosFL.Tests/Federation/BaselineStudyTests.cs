using RosFL.Federation;
using RosFL.Imaging.Baselines;
using RosFL.Reports;
using RosFL.Runs;
using RosFL.Scores;

namespace RosFL.Tests.Federation;

/// <summary>Classical methods on phantoms, in real run folders.</summary>
public sealed class BaselineStudyTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("rosfl-baselines-").FullName;

    /// <summary>Every method is scored at every site, on the very test images and with the very input score of a simulation of the same run.</summary>
    [Fact]
    public async Task Run_ofRestoration_scoresEveryMethodOnTheTestImagesOfASimulation()
    {
        var baselines = await RunAsync(Phantoms("baselines"));
        var trained = RunFolder.Create(Phantoms("trained"));
        using (trained)
        using (var simulation = new Simulation(trained))
            await simulation.RunAsync(CancellationToken.None);
        using var store = RunStore.Open(baselines.StorePath);
        using var other = RunStore.Open(trained.StorePath);
        Assert.Equal(BaselineMethods.NamesFor(baselines.Run.Options).Order(), store.Scores("test").Select(s => s.Model).Distinct().Order());
        Assert.Equal(
            other.Scores("test", model: EvaluationOrder.InputName).Select(s => (s.Site, s.Case, s.Metric, s.Value)),
            store.Scores("test", model: EvaluationOrder.InputName).Select(s => (s.Site, s.Case, s.Metric, s.Value)));
        Assert.Equal(File.ReadAllText(trained.SplitsPath), File.ReadAllText(baselines.SplitsPath));
    }

    /// <summary>A folder that has its scores is left alone, and its methods are rows beside a trained network's.</summary>
    [Fact]
    public async Task Table_ofAFinishedFolder_hasARowForEachMethod()
    {
        var folder = await RunAsync(Phantoms("baselines"));
        var phases = new List<SimulationProgress>();
        using (var again = RunFolder.Resume(Phantoms("baselines")))
            await new BaselineStudy(again, phases.Add).RunAsync(CancellationToken.None);
        Assert.Empty(phases);
        var names = BaselineMethods.NamesFor(folder.Run.Options);
        var psnr = CompareTables.Of(folder.Run.Options, [.. names.Select(name => new ComparedRun(name, 1, folder.Path, name))])[0];
        Assert.Equal(names, psnr.Rows().Select(row => row.Method));
        Assert.All(psnr.Rows(), row => Assert.InRange(row.Mean.Mean, 10, 60));
        Assert.Contains("| – | – | – |", CompareReport.Markdown([psnr]), StringComparison.Ordinal);
        Assert.Contains("validation images", psnr.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ofVesselLikeLabels_scoresTheRidgeFilter()
    {
        var folder = await RunAsync(Phantoms("ridge", run => run with
        {
            Task = StudyTask.Segmentation,
            Network = run.Network with { Name = "unet", OutputChannels = 2 },
            Preprocessing = new() { BinaryLabels = true },
            Evaluation = new(),
        }));
        using var store = RunStore.Open(folder.StorePath);
        Assert.All(store.Scores("test"), score => Assert.Equal(BaselineMethods.Ridge, score.Model));
        Assert.NotEmpty(store.Scores("test", Metrics.Dice));
    }

    [Fact]
    public void Run_ofSeveralStructures_isRefusedInOneSentence()
    {
        var run = new RunOptions { Name = "organs", Task = StudyTask.Segmentation, Network = new() { Name = "unet", OutputChannels = 3 } };
        var error = Assert.Throws<RosflException>(() => BaselineMethods.NamesFor(run));
        Assert.Equal(ExitCode.InvalidRun, error.Code);
        Assert.Contains("3 classes", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private RunFile Phantoms(string name, Func<RunOptions, RunOptions>? change = null) => RunFile.Of((change ?? (run => run))(new RunOptions
    {
        Name = name,
        Rounds = 1,
        Network = new() { Name = "residual-unet", Channels = 4, Levels = 2 },
        Data = new() { Phantoms = new() { Sites = 2, ImagesPerSite = 6, Size = 32 } },
        Preprocessing = new() { Intensity = IntensityKind.Window },
        Evaluation = new() { ScoreWindow = [-160, 240] },
        Machine = new() { Threads = 1 },
        Output = new() { Folder = root },
    }));

    private static async Task<RunFolder> RunAsync(RunFile file)
    {
        using var folder = RunFolder.Create(file);
        await new BaselineStudy(folder, _ => { }).RunAsync(CancellationToken.None);
        return folder;
    }
}
