using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Models;
using RosFL.Networks.Onnx;
using RosFL.Runs;
using RunOptions = RosFL.Runs.RunOptions;

namespace RosFL.Tests.Models;

/// <summary>A whole model out of a simulated study's run folder: its numbers, its names, its card.</summary>
public sealed class ModelFolderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("rosfl-model-").FullName;

    /// <summary>What the study itself put out for its test images is what OnnxRuntime puts out for the same preprocessed images.</summary>
    [Theory]
    [InlineData("ros-fl")]
    [InlineData("fedavg")]
    public async Task Write_ofASimulatedStudy_givesTheStudysOutputsThroughOnnxRuntime(string algorithm)
    {
        using var folder = await RunAsync(algorithm);
        Write(folder, "model");
        using var session = new InferenceSession(In("model", ModelFolder.Onnx));
        foreach (var site in SiteImages.Open(folder.Run.Options))
        {
            var input = site.Whole(Split.Test, 0).Input;
            int[] shape = [1, .. input.Shape];
            using var results = session.Run([NamedOnnxValue.CreateFromTensor(OnnxFile.Input, new DenseTensor<float>(input.Values, shape))]);
            var expected = Safetensors.Read(folder.PredictionsPath).First(a => a.Name == $"{site.Site}.test.000").Values;
            var scale = expected.Max(Math.Abs);
            Assert.True(expected.Zip(results[0].AsTensor<float>()).Max(pair => Math.Abs(pair.First - pair.Second)) <= 1e-5 * scale);
        }
    }

    /// <summary>The names that a PyTorch module with attributes down0, bottom, raise0, up0 and output has in its state_dict.</summary>
    [Fact]
    public async Task Write_ofAUNet_givesPyTorchsNamesAndShapes()
    {
        using var folder = await RunAsync("ros-fl");
        Write(folder, "model");
        string[] expected =
        [
            .. Block("down0", "1", "4"), .. Block("bottom", "4", "8"), "raise0.weight 8,4,2,2", "raise0.bias 4", .. Block("up0", "8", "4"), "output.weight 1,4,1,1", "output.bias 1",
        ];
        Assert.Equal(expected.Order(), Safetensors.Read(In("model", ModelFolder.Safetensors)).Select(a => $"{a.Name} {string.Join(',', a.Shape)}").Order());

        static string[] Block(string name, string input, string output) =>
        [
            $"{name}.conv1.weight {output},{input},3,3", $"{name}.conv1.bias {output}", $"{name}.norm1.weight {output}", $"{name}.norm1.bias {output}",
            $"{name}.conv2.weight {output},{output},3,3", $"{name}.conv2.bias {output}", $"{name}.norm2.weight {output}", $"{name}.norm2.bias {output}",
        ];
    }

    [Fact]
    public async Task Card_tellsCountsScoresRoundAndTrueHashes()
    {
        using var folder = await RunAsync("ros-fl");
        Write(folder, "model");
        Write(folder, "again");
        var card = JsonNode.Parse(await File.ReadAllTextAsync(In("model", ModelFolder.CardJson)))!;
        using var store = RunStore.Open(folder.StorePath);
        var best = store.BestRound("psnr", true)!.Round;
        Assert.Equal(best, card["facts"]!["round"]!.GetValue<int>());
        Assert.Equal(store.Sites().Select(s => $"{s.Site} {s.Train}"), card["facts"]!["sites"]!.AsArray().Select(s => $"{s!["site"]} {s["train"]}"));
        var psnr = store.Scores("test", "psnr", model: "global", site: store.Sites()[0].Site).Where(s => s.Case != "pooled").Average(s => s.Value);
        Assert.Contains(card["facts"]!["scores"]!.AsArray(), s => $"{s!["model"]} {s["split"]} {s["site"]} {s["metric"]}" == $"global test {store.Sites()[0].Site} psnr" && Math.Abs(s["mean"]!.GetValue<double>() - psnr) < 1e-12);
        Assert.Equal(store.Ledger.Record("tiny", best)!.Hash, card["origin"]!["record"]!.GetValue<string>());
        foreach (var file in card["files"]!.AsArray())
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(In("model", file!["name"]!.GetValue<string>())))), file["sha256"]!.GetValue<string>());
        Assert.Equal(await File.ReadAllTextAsync(In("model", ModelFolder.CardText)), await File.ReadAllTextAsync(In("again", ModelFolder.CardText)));
    }

    [Fact]
    public async Task Write_overAModel_isRefused()
    {
        using var folder = await RunAsync("fedavg");
        Write(folder, "model");
        Assert.Equal(ExitCode.Usage, Assert.Throws<RosflException>(() => Write(folder, "model")).Code);
    }

    [Fact]
    public async Task WholeModel_ofAStudyWithoutBody_isRefused()
    {
        using var folder = await RunAsync("site-only");
        Assert.Equal("Run 'tiny' trained 'site-only', which has no body: there is no whole model to assemble.", Assert.Throws<RosflException>(() => Write(folder, "model")).Message);
    }

    /// <summary>FedBN's normalisation layers are each site's own; so is everything after local training.</summary>
    [Theory]
    [InlineData("local")]
    [InlineData("fedbn")]
    public async Task FinishedModel_whereSitesKeepTheirOwn_isTheNamedSites(string algorithm)
    {
        using var folder = await RunAsync(algorithm);
        Write(folder, "one", "hospital-1");
        Write(folder, "two", "hospital-2");
        Assert.NotEqual(await File.ReadAllBytesAsync(In("one", ModelFolder.Safetensors)), await File.ReadAllBytesAsync(In("two", ModelFolder.Safetensors)));
        var unnamed = Assert.Throws<RosflException>(() => Write(folder, "none"));
        Assert.Equal($"Algorithm '{algorithm}' leaves each site a model of its own and none was named: name one with --site (hospital-1, hospital-2).", unnamed.Message);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string In(params string[] names) => Path.Combine([root, .. names]);

    private void Write(RunFolder folder, string name, string site = "")
    {
        var run = folder.Run.Options;
        var finished = FinishedModel.Load(folder, new Study(run), site, null);
        using var store = RunStore.Open(folder.StorePath);
        using var model = new WholeModel(run, finished.Parts);
        ModelFolder.Write(In(name), model, onnx: true, files =>
            ModelCard.Of(run, ModelFacts.Of(store, run.Name, finished.Round, finished.Site), finished.Site, "", ModelCard.OriginOf(run, "", finished.Record, finished.Parts), files));
    }

    private async Task<RunFolder> RunAsync(string algorithm)
    {
        var folder = RunFolder.Create(RunFile.Of(new RunOptions
        {
            Name = "tiny",
            Rounds = 2,
            Algorithm = new() { Name = algorithm },
            Network = new() { Name = "residual-unet", Channels = 4, Levels = 1 },
            Training = new() { Batch = 2 },
            Data = new() { Phantoms = new() { Sites = 2, ImagesPerSite = 6, Size = 16 } },
            Preprocessing = new() { Intensity = IntensityKind.Window },
            Evaluation = new() { ScoreWindow = [-160, 240] },
            Machine = new() { Threads = 1 },
            Output = new() { Folder = root, Predictions = true },
        }));
        using var simulation = new Simulation(folder);
        await simulation.RunAsync(CancellationToken.None);
        return folder;
    }
}
