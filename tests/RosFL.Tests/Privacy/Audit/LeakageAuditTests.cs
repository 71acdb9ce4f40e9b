using System.Text.Json;
using System.Text.Json.Nodes;
using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tensors;
using RosFL.Tests.Runs;
using RosFL.Tests.Training;
using RosFL.Training;
using TorchSharp;

namespace RosFL.Tests.Privacy.Audit;

/// <summary>A whole audit, much too short to conclude anything, of made-up patients.</summary>
public class LeakageAuditTests
{
    private static readonly CutOptions Cut = new() { Depth = 1, NarrowChannels = 2, NarrowStride = 2 };

    private static RunOptions Run => new()
    {
        Task = StudyTask.Segmentation,
        Network = new() { Name = "unet", Channels = 4, Levels = 2, OutputChannels = 2 },
        Data = new() { Phantoms = new() { Sites = 1, ImagesPerSite = 10, Size = 32 } },
        Preprocessing = new() { Intensity = IntensityKind.ZScore, BinaryLabels = true },
        Machine = new() { Threads = 1 },
        Privacy = new() { GradientRegion = 2 },
        Audit = new() { Cuts = ["1:2x2"], TrainingSteps = 2, LeastSteps = 10, MostSteps = 10, DecoderChannels = 4, Victims = 4 },
    };

    [Theory]
    [InlineData(GradientKind.Exact)]
    [InlineData(GradientKind.SelfSupervised)]
    public async Task Audit_ofSegmentation_measuresEverythingAndKeepsNoTensor(GradientKind gradient)
    {
        var run = Run with { Algorithm = new() { Name = "ros-fl" }, Privacy = Run.Privacy with { Gradient = gradient } };
        using var folder = new TemporaryFolder();
        using var thread = new TorchThread("audit", 1);
        var (own, before) = (SiteImages.Open(run)[0], await thread.RunAsync(() => LiveTensors.OfThisThread));
        var (result, pictures) = await new LeakageAudit(run, own, null, thread, _ => { }).AuditAsync(Cut, TestContext.Current.CancellationToken);
        Assert.Equal(before, await thread.RunAsync(() => LiveTensors.OfThisThread));
        Assert.Equal(["A0 linear", "A1 decoder", "A2 decoder without the head"], result.Reconstructions.Select(r => r.Attacker));
        Assert.Equal(["smashed", "features", "gradient"], result.StolenMasks.Select(m => m.Source));
        Assert.Equal([2, 8, 8], result.Smashed);
        Assert.Equal(4 * sizeof(float) * 2 * 8 * 8, result.BytesPerImage);
        Assert.All(result.Reconstructions, r => Assert.InRange(r.Scores.Ssim, -1, 1));
        Assert.InRange(result.Score, 0, 1);
        Assert.Equal(AuditGrade.Inconclusive, result.Grade(new() { Green = 1, Amber = 1 }));

        var files = new AuditFolder(folder.Path, run, own.Site, null);
        files.Write(result, pictures);
        Assert.True(files.Has(Cut));
        files.Report(own.Site, files.Results([Cut]));
        var read = Assert.Single(files.Results([Cut]));
        Assert.Equal((result.Score, result.Leak, result.Strongest), (read.Score, read.Leak, read.Strongest));
        Assert.Contains("data:image/png", File.ReadAllText(files.ReportPath), StringComparison.Ordinal);
        Assert.Contains("\"grade\": \"inconclusive\"", File.ReadAllText(files.JsonPath), StringComparison.Ordinal);
    }

    [Fact]
    public void Audit_victims_arePatchesOfEveryPersonUntilThereAreEnough()
    {
        var run = Run with { Preprocessing = Run.Preprocessing with { Patch = [16, 16] }, Audit = Run.Audit with { Victims = 13 } };
        var images = new AuditImages(new Study(run), SiteImages.Open(run)[0], null);
        var shown = images.Victims();
        Assert.Equal(13, shown.Count);
        Assert.Equal(images.OthersShown(), shown.Take(images.OthersShown().Count));
        Assert.Equal(13, shown.Select(s => s.Seed).Distinct().Count());
        Assert.All(shown.GroupBy(s => s.Subject), patches => Assert.True(patches.Count() > 1));
    }

    /// <summary>A gradient's size depends on how many images share the loss: the attackers must learn from what they will see.</summary>
    [Fact]
    public void Observe_manyImages_areSeenInTrainingBatches()
    {
        using var scope = torch.NewDisposeScope();
        var study = new Study(Run with { Training = new() { Batch = 2 } });
        var images = new AuditImages(study, SiteImages.Open(Run)[0], null);
        using var model = AuditedModel.Of(study, LocalTraining.Train(study, images, steps: 0, hasBody: true, default), crossings: 1);
        var four = images.Auxiliary(0, 4);
        var together = model.Observe(four);
        var apart = torch.cat([model.Observe(four.Narrow(0, 2)).Gradient, model.Observe(four.Narrow(2, 2)).Gradient], 0);
        Assert.True(together.Gradient.equal(apart).all().item<bool>());
        Assert.Equal(4, together.Smashed.shape[0]);
    }

    /// <summary>A body with a task of its own is sent that task's gradient, by the decoder that the training has left: other labels change no bit.</summary>
    [Theory]
    [InlineData(GradientKind.SelfSupervised, true)]
    [InlineData(GradientKind.Exact, false)]
    public void Observe_otherLabels_seesTheSameGradient(GradientKind kind, bool same)
    {
        using var scope = torch.NewDisposeScope();
        var study = new Study(Run with { Algorithm = new() { Name = "ros-fl" }, Privacy = new() { Gradient = kind } });
        var images = new AuditImages(study, SiteImages.Open(Run)[0], null);
        var trained = LocalTraining.Train(study, images, steps: 2, hasBody: true, default);
        using var model = AuditedModel.Of(study, trained, crossings: 1);
        var four = images.Auxiliary(0, 4);
        var seen = model.Observe(four).Gradient;
        Assert.Equal(same, seen.equal(model.Observe(four with { Targets = torch.zeros_like(four.Targets) }).Gradient).all().item<bool>());
        using var untrained = AuditedModel.Of(study, trained with { BodyTask = [] }, crossings: 1);
        Assert.Equal(!same, seen.equal(untrained.Observe(four).Gradient).all().item<bool>());
    }

    /// <summary>Of seven crossings, which stand for 6.6, each has its own noise, so that their mean has that of 6.6; the guard clips each of them before it adds any.</summary>
    [Fact]
    public void Observe_mixedOverManyCrossings_averagesTheNoiseOnce()
    {
        using var scope = torch.NewDisposeScope();
        const double clip = 1e-9, noise = 2, crossings = 6.6;
        torch.Tensor Seen(double gradientNoise)
        {
            var study = new Study(Run with { Algorithm = new() { Name = "ros-fl" }, Privacy = new() { Gradient = GradientKind.Mixed, GradientClip = clip, GradientNoise = gradientNoise } });
            var images = new AuditImages(study, SiteImages.Open(Run)[0], null);
            using var model = AuditedModel.Of(study, LocalTraining.Train(study, images, steps: 0, hasBody: true, default), crossings);
            return model.Observe(images.Auxiliary(0, 4), model.ExactGradients(images.Auxiliary(1, 8))).Gradient;
        }
        var (exact, noisy) = (Seen(0), Seen(noise));
        var batch = Run.Training.Batch;
        Assert.InRange(exact.Power(2).mean().sqrt().item<float>(), 0, clip * batch * 1.0001);
        Assert.Equal(noise / Math.Sqrt(crossings), (noisy - exact).std().item<float>() / clip / batch, 0.05);
    }

    /// <summary>Among the same partners an image's gradient is the mean of its batch, whatever the crossings.</summary>
    [Fact]
    public void Observe_mixedWithOnePartner_seesTheMeanOfItsBatch()
    {
        using var scope = torch.NewDisposeScope();
        var study = new Study(Run with { Algorithm = new() { Name = "ros-fl" }, Privacy = new() { Gradient = GradientKind.Mixed } });
        var images = new AuditImages(study, SiteImages.Open(Run)[0], null);
        using var model = AuditedModel.Of(study, LocalTraining.Train(study, images, steps: 0, hasBody: true, default), crossings: 3);
        var (batch, partner) = (images.Auxiliary(0, 4), model.ExactGradients(images.Auxiliary(1, 1)));
        var expected = model.ExactGradients(batch).Plus(partner.Times(3)); // the mean of four, of a loss that is a mean of four
        Assert.True(torch.allclose(expected, model.Observe(batch, partner).Gradient, rtol: 1e-4, atol: 1e-12));
    }

    /// <summary>Noise that is the same at every step could be learned.</summary>
    [Fact]
    public void Observe_again_drawsOtherNoise()
    {
        using var scope = torch.NewDisposeScope();
        var study = new Study(Run with { Privacy = new() { SmashedNoise = 1 } });
        var images = new AuditImages(study, SiteImages.Open(Run)[0], null);
        using var model = AuditedModel.Of(study, LocalTraining.Train(study, images, steps: 0, hasBody: true, default), crossings: 1);
        var one = images.Auxiliary(0, 1);
        Assert.False(model.Observe(one).Smashed.equal(model.Observe(one).Smashed).any().item<bool>());
        Assert.False(model.Smash(one.Images).equal(model.Smash(one.Images)).any().item<bool>());
    }

    [Fact]
    public async Task Audit_attackersSideBySide_findWhatTheyFindOneAfterTheOther()
    {
        async Task<CutAudit> With(int threads)
        {
            using var crew = new TorchCrew(Enumerable.Range(0, threads).Select(i => $"audit-{i}"), 1);
            var (result, _) = await new LeakageAudit(Run, SiteImages.Open(Run)[0], null, crew, _ => { }).AuditAsync(Cut, TestContext.Current.CancellationToken);
            return result with { Seconds = 0 };
        }
        Assert.Equal(Json(await With(1)), Json(await With(3)));
        static string Json(CutAudit result) => JsonSerializer.Serialize(result, RunJson.Options);
    }

    [Fact]
    public async Task Audit_failingAttacker_stopsTheOthers()
    {
        using var crew = new TorchCrew(["one", "two"], 1);
        var told = new List<string>();
        var audit = new LeakageAudit(Run with { Audit = Run.Audit with { MostSteps = 1_000_000, LeastSteps = 1_000_000 } }, SiteImages.Open(Run)[0], null, crew, stage =>
        {
            told.Add(stage);
            if (stage.EndsWith(LeakageAudit.HeadlessName, StringComparison.Ordinal)) throw new IOException("the terminal is gone");
        });
        await Assert.ThrowsAnyAsync<Exception>(() => audit.AuditAsync(Cut, TestContext.Current.CancellationToken));
        Assert.Contains(told, stage => stage.EndsWith(LeakageAudit.DecoderName, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Audit_someAttacks_triesThoseAndConcludesNothing()
    {
        var run = Run with { Audit = Run.Audit with { Attacks = [AuditAttack.GradientMask] } };
        using var thread = new TorchThread("audit", 1);
        var (result, _) = await new LeakageAudit(run, SiteImages.Open(run)[0], null, thread, _ => { }).AuditAsync(Cut, TestContext.Current.CancellationToken);
        Assert.Equal("A0 linear", Assert.Single(result.Reconstructions).Attacker);
        Assert.Equal("gradient", Assert.Single(result.StolenMasks).Source);
        AuditLimits lax = new() { Green = 1, Amber = 1 };
        Assert.Equal((AuditGrade.Inconclusive, AuditGrade.Inconclusive), (result.Grade(lax), result.MaskGrade(lax)!.Value));
    }

    /// <summary>The paper's own cut hides nothing: the linear attack alone fails it, however short the others were.</summary>
    [Fact]
    public async Task Audit_ofThePapersOneConvolutionHead_isRed()
    {
        var run = Run with
        {
            Task = StudyTask.Restoration,
            Network = new() { Name = "red-cnn", Channels = 32 },
            Data = new() { Phantoms = new() { Sites = 1, ImagesPerSite = 20, Size = 32 } },
            Preprocessing = new() { Intensity = IntensityKind.ZScore },
            Audit = Run.Audit with { Attacks = [AuditAttack.Decoder] },
            Privacy = new(),
        };
        using var thread = new TorchThread("audit", 1);
        var (result, _) = await new LeakageAudit(run, SiteImages.Open(run)[0], null, thread, _ => { }).AuditAsync(new CutOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(AuditGrade.Red, result.Grade(new()));
        Assert.Equal("A0 linear", result.Strongest.Attacker);
        Assert.True(result.Strongest.Scores.Ssim > 0.9, $"SSIM {result.Strongest.Scores.Ssim}");
    }

    [Fact]
    public void AuditFolder_resultOfAnEarlierVersion_isRefusedInASentence()
    {
        using var folder = new TemporaryFolder();
        var files = new AuditFolder(folder.Path, Run, "a", null);
        files.Write(GradeTests.Made(0.4), []);
        CutOptions[] cuts = [CutName.Parse(GradeTests.Made(0.4).Cut)];
        Assert.Equal(22, Assert.Single(files.Results(cuts)).Strongest.Scores.PsnrMost);

        var file = folder["cut-1.json"];
        var result = JsonNode.Parse(File.ReadAllText(file))!;
        result["meanImage"]!.AsObject().Remove("psnrMost");
        File.WriteAllText(file, result.ToJsonString());
        var refused = Assert.Throws<RosflException>(() => files.Results(cuts));
        Assert.Equal(ExitCode.InvalidFile, refused.Code);
        Assert.Contains("of an earlier version: delete it", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AuditFolder_ofAnotherRun_isRefused()
    {
        using var folder = new TemporaryFolder();
        _ = new AuditFolder(folder.Path, Run, "a", null);
        _ = new AuditFolder(folder.Path, Run with { Audit = Run.Audit with { Cuts = ["2"] } }, "a", null);
        Assert.Equal(ExitCode.CannotResume, Assert.Throws<RosflException>((Action)(() => _ = new AuditFolder(folder.Path, Run with { Seed = 2 }, "a", null))).Code);
    }
}
