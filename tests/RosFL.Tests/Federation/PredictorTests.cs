using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Imaging.Formats;
using RosFL.Imaging.Phantoms;
using RosFL.Runs;

namespace RosFL.Tests.Federation;

/// <summary>Predictions after a study, from its run folder alone, against the outputs that the study itself wrote for the same images.</summary>
public sealed class PredictorTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("rosfl-predict-").FullName;

    /// <summary>Whatever the preprocessing, a test image given again as a file is answered with the labels of the study's own output.</summary>
    [Theory]
    [InlineData(IntensityKind.None)]
    [InlineData(IntensityKind.Window)]
    [InlineData(IntensityKind.ZScore)]
    [InlineData(IntensityKind.Percentile)]
    [InlineData(IntensityKind.CtForeground)]
    public async Task Predict_ofATestVolume_isTheStudysOutput(IntensityKind intensity)
    {
        var folder = await RunAsync(Run(new() { Intensity = intensity }));
        var (file, output) = FirstTestImage(folder);
        using var predictor = Predictor.Of(folder);
        var found = PictureFile.Read(predictor.Predict(file, Path.Combine(root, "out")));
        Assert.Equal(Largest(output), found.Values);
    }

    /// <summary>The prediction lies where the image lies: size, spacing, affine of an oblique volume with axes in an unusual order; labels are uint8.</summary>
    [Fact]
    public async Task Predict_ofAnObliqueVolume_staysAligned()
    {
        var folder = await RunAsync(Run(new() { Intensity = IntensityKind.ZScore }));
        var image = new Picture([.. Enumerable.Range(0, 8 * 10 * 12).Select(i => i % 97f)], 1, 8, 10, 12)
        {
            Affine = [0, 0, 1.5, -10, -0.8, 0.1, 0, 20, 0.1, 0.9, 0, -30, 0, 0, 0, 1],
        };
        var file = Path.Combine(root, "oblique.nii.gz");
        PictureFile.Write(file, image);
        using var predictor = Predictor.Of(folder);
        var target = predictor.Predict(file, Path.Combine(root, "out"));
        var (before, after) = (PictureFile.Read(file), PictureFile.Read(target));
        Assert.Equal(before.Shape, after.Shape);
        Assert.Equal(before.SpacingMm, after.SpacingMm);
        Assert.Equal(before.Affine!, after.Affine!);
        Assert.Equal(Header(file), Header(target));
    }

    /// <summary>A run whose files are 8-bit pixels of a window answers in such pixels, though the network saw HU.</summary>
    [Fact]
    public void NewImages_withScaleAndOffset_readHuAndAnswerInPixels()
    {
        var pixels = Path.Combine(root, "pixels.png");
        PictureFile.Write(pixels, new Picture([.. Enumerable.Range(0, 16 * 16).Select(i => (float)i)], 1, 16, 16));
        var run = Restoration() with { Preprocessing = new() { Scale = 2, Offset = -175 } };
        var images = new NewImages(run);
        var hu = images.Read(pixels).Whole.RestoredInput();
        Assert.Equal(2 * 255 - 175, hu.Values[255]);
        Assert.Equal(PictureFile.Read(pixels).Values, images.InFileUnits(hu).Values);
    }

    [Fact]
    public async Task Predict_ofARestorationsTestImage_isTheStudysOutputInHu()
    {
        var folder = await RunAsync(Restoration());
        var (file, output) = FirstTestImage(folder);
        using var predictor = Predictor.Of(folder);
        var found = PictureFile.Read(predictor.Predict(file, Path.Combine(root, "out")));
        var window = folder.Run.Options.Preprocessing.Window;
        Assert.All(found.Values.Zip(output.Values), pair => Assert.Equal(pair.Second * (window[1] - window[0]) + window[0], pair.First, 1e-2));
    }

    [Fact]
    public async Task Predict_withMasks_fitsIntensitiesInsideThem()
    {
        var folder = await RunAsync(Run(new() { Intensity = IntensityKind.ZScore }));
        var (file, _) = FirstTestImage(folder);
        var fov = Directory.CreateDirectory(Path.Combine(root, "fov")).FullName;
        var size = PictureFile.Read(file);
        PictureFile.Write(Path.Combine(fov, "image.nii"), size with { Values = [.. size.Values.Select((_, i) => i % 2f)] });
        var (without, with) = (new NewImages(folder.Run.Options).Read(file), new NewImages(folder.Run.Options, masks: fov).Read(file));
        Assert.NotEqual(without.Whole.Map[0], with.Whole.Map[0]);
        Assert.NotNull(with.Whole.Mask);
    }

    [Fact]
    public async Task Predict_ofARunFolderThatLostItsStatistics_saysSo()
    {
        var folder = await RunAsync(Run(new() { Intensity = IntensityKind.CtForeground }));
        File.Delete(folder.ForegroundPath);
        var error = Assert.Throws<RosflException>(() => Predictor.Of(folder));
        Assert.Equal(ExitCode.InvalidFile, error.Code);
        Assert.Contains("foreground.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_forAnUnknownSite_isRefused()
    {
        var folder = await RunAsync(Run(new()));
        Assert.Equal(ExitCode.Usage, Assert.Throws<RosflException>(() => Predictor.Of(folder, site: "nowhere")).Code);
    }

    /// <summary>MATLAB files are read only, so the answer is an npy file.</summary>
    [Fact]
    public void OutputName_ofAFormatThatIsOnlyRead_isOneThatIsWritten()
    {
        var file = Path.Combine(GoldenFiles.Folder, "data/geometry_1/test/input/slice_000.mat");
        Assert.Equal("slice_000.npy", new NewImages(Restoration()).Read(file).OutputName);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private RunOptions Run(PreprocessingOptions preprocessing) => new()
    {
        Name = "volumes",
        Task = StudyTask.Segmentation,
        Rounds = 1,
        Network = new() { Name = "unet", Channels = 4, Levels = 1, Dimensions = 3, OutputChannels = 3 },
        Training = new() { Batch = 2 },
        Data = new() { Phantoms = new() { Sites = 2, ImagesPerSite = 5, Size = 16 } },
        Preprocessing = preprocessing,
        Machine = new() { Threads = 1 },
        Output = new() { Folder = root, Predictions = true },
    };

    private RunOptions Restoration() => Run(new() { Intensity = IntensityKind.Window }) with
    {
        Name = "pictures",
        Task = StudyTask.Restoration,
        Network = new() { Name = "residual-unet", Channels = 4, Levels = 1 },
        Evaluation = new() { ScoreWindow = [-160, 240] },
    };

    private static async Task<RunFolder> RunAsync(RunOptions run)
    {
        using var folder = RunFolder.Create(RunFile.Of(run));
        using var simulation = new Simulation(folder);
        await simulation.RunAsync(CancellationToken.None);
        return folder;
    }

    /// <summary>The first test image of the first site as a file, and what the study's best model put out for it.</summary>
    private (string File, (float[] Values, int Classes) Output) FirstTestImage(RunFolder folder)
    {
        var run = folder.Run.Options;
        var site = SiteImages.Open(run)[0];
        var hospital = PhantomDataset.Hospitals(run, StudySeeds.OfRun(run.Seed))[0];
        var file = Path.Combine(root, run.Network.Dimensions == 3 ? "image.nii" : "image.npy");
        PictureFile.Write(file, hospital.Load(site.Splits.Test[0]).Input);
        var output = Safetensors.Read(folder.PredictionsPath).First(a => a.Name == $"{site.Site}.test.000");
        return (file, (output.Values, (int)output.Shape[0]));
    }

    private static float[] Largest((float[] Values, int Classes) output)
    {
        var length = output.Values.Length / output.Classes;
        return [.. Enumerable.Range(0, length).Select(i => (float)Enumerable.Range(0, output.Classes).MaxBy(c => output.Values[c * length + i]))];
    }

    /// <summary>Sizes, voxel sizes, qform, sform and units of a header; not type, slope or texts.</summary>
    private static string Header(string path)
    {
        using var stream = new System.IO.Compression.GZipStream(File.OpenRead(path), System.IO.Compression.CompressionMode.Decompress);
        var bytes = new byte[348];
        stream.ReadExactly(bytes);
        return Convert.ToHexString(bytes.AsSpan(40, 30)) + Convert.ToHexString(bytes.AsSpan(76, 32)) + Convert.ToHexString(bytes.AsSpan(252, 76));
    }
}
