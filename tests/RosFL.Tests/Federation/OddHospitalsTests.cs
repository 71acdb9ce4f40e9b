using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Scores;
using RosFL.Tests.Imaging.Datasets;

namespace RosFL.Tests.Federation;

/// <summary>Whole simulations on data that are small, coloured, empty or uneven, as files from hospitals are.</summary>
public sealed class OddHospitalsTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("rosfl-odd-").FullName;

    /// <summary>Colour images of odd size, labels 0 and 255, one site with a single person and one with no structure at all: every test image has a finite score.</summary>
    [Fact]
    public async Task Simulation_ofColourImagesAndUnevenSites_scoresEveryTestImage()
    {
        foreach (var (site, persons, label) in new[] { ("a", 5, 255), ("b", 1, 255), ("c", 3, 0) })
            for (var n = 0; n < persons; n++)
            {
                MadeData.Write(root, $"data/{site}/images/p{n}.png", Colours(13, 18, n));
                MadeData.Write(root, $"data/{site}/labels/p{n}.png", 13, 18, i => i % 18 > 8 ? label : 0);
            }
        var folder = await RunAsync(Run() with { Network = Network() with { InputChannels = 3 }, Preprocessing = new() { BinaryLabels = true, Intensity = IntensityKind.ZScore } });
        using var store = RunStore.Open(folder.StorePath);
        Assert.Equal(0, store.Sites().Single(s => s.Site == "b").Test);
        var scores = store.Scores("test");
        Assert.Equal(["a", "c"], scores.Select(s => s.Site).Distinct().Order());
        Assert.All(scores, s => Assert.True(double.IsFinite(s.Value), $"{s.Site} {s.Metric}"));
        // no truth and some prediction is 0, no truth and no prediction is 1; nothing in between and nothing left out
        Assert.All(scores.Where(s => s is { Site: "c", Metric: Metrics.Dice }), s => Assert.True(s.Value is 0 or 1));
    }

    /// <summary>Volumes of two and three slices under a network that halves them twice.</summary>
    [Fact]
    public async Task Simulation_ofVolumesThinnerThanTheNetwork_isRefusedInOneSentence()
    {
        for (var n = 0; n < 4; n++)
        {
            MadeData.Write(root, $"data/a/images/p{n}.nii", Volume(2 + n % 2, i => i % 7));
            MadeData.Write(root, $"data/a/labels/p{n}.nii", Volume(2 + n % 2, i => i % 2));
        }
        var error = await Assert.ThrowsAsync<RosflException>(() => RunAsync(Run() with { Network = Network() with { Dimensions = 3 }, Training = new() { Batch = 1 } }));
        Assert.Equal(ExitCode.InvalidData, error.Code);
        Assert.Contains("needs 4 along each axis", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The same volumes slice by slice.</summary>
    [Fact]
    public async Task Simulation_ofThinVolumesBySlices_scoresVolumes()
    {
        for (var n = 0; n < 5; n++)
        {
            MadeData.Write(root, $"data/a/images/p{n}.nii", Volume(2 + n % 2, i => i % 7));
            MadeData.Write(root, $"data/a/labels/p{n}.nii", Volume(2 + n % 2, i => i % 2));
        }
        var folder = await RunAsync(Run() with { Data = Run().Data with { Slices = true } });
        using var store = RunStore.Open(folder.StorePath);
        Assert.NotEmpty(store.Scores("test", Metrics.Hd95));
    }

    [Fact]
    public async Task Simulation_withAnEmptyMask_namesTheImage()
    {
        for (var n = 0; n < 4; n++)
        {
            var image = n;
            MadeData.Write(root, $"data/a/images/p{n}.png", 12, 12, i => i);
            MadeData.Write(root, $"data/a/labels/p{n}.png", 12, 12, i => i % 2);
            MadeData.Write(root, $"data/a/fov/p{n}.png", 12, 12, i => image == 2 ? 0 : 255);
        }
        var error = await Assert.ThrowsAsync<RosflException>(() => RunAsync(Run()));
        Assert.Equal(ExitCode.InvalidData, error.Code);
        Assert.Contains("'p2' has a mask without any pixel above 0", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static NetworkOptions Network() => new() { Name = "unet", Channels = 4, Levels = 2, OutputChannels = 2 };

    private RunOptions Run() => new()
    {
        Name = "odd",
        Task = StudyTask.Segmentation,
        Rounds = 1,
        Network = Network(),
        Training = new() { Batch = 2 },
        Data = new() { Layout = DataLayout.Folders, Path = Path.Combine(root, "data"), SubjectIsFile = true },
        Machine = new() { Threads = 1 },
        Output = new() { Folder = Path.Combine(root, "runs") },
    };

    private static async Task<RunFolder> RunAsync(RunOptions run)
    {
        using var folder = RunFolder.Create(RunFile.Of(run));
        using var simulation = new Simulation(folder);
        await simulation.RunAsync(CancellationToken.None);
        return folder;
    }

    private static Picture Colours(int height, int width, int shift) =>
        new([.. Enumerable.Range(0, 3 * height * width).Select(i => (float)((i * 7 + shift) % 256))], 3, height, width);

    private static Picture Volume(int depth, Func<int, float> value) => new([.. Enumerable.Range(0, depth * 12 * 12).Select(value)], 1, depth, 12, 12);
}
