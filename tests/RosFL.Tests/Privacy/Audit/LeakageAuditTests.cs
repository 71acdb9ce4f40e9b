using RosFL.Imaging;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tests.Runs;
using RosFL.Tests.Training;

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

    [Fact]
    public void Audit_ofSegmentation_measuresEverythingAndKeepsNoTensor()
    {
        using var folder = new TemporaryFolder();
        var (own, before) = (SiteImages.Open(Run)[0], LiveTensors.OfThisThread);
        var (result, pictures) = new LeakageAudit(Run, own, null, _ => { }).Audit(Cut, default);
        Assert.Equal(before, LiveTensors.OfThisThread);
        Assert.Equal(["A0 linear", "A1 decoder", "A2 decoder without the head"], result.Reconstructions.Select(r => r.Attacker));
        Assert.Equal(["smashed", "features", "gradient"], result.StolenMasks.Select(m => m.Source));
        Assert.Equal([2, 8, 8], result.Smashed);
        Assert.Equal(4 * sizeof(float) * 2 * 8 * 8, result.BytesPerImage);
        Assert.All(result.Reconstructions, r => Assert.InRange(r.Scores.Ssim, -1, 1));
        Assert.InRange(result.Score, 0, 1);
        Assert.Equal(AuditGrade.Inconclusive, result.Grade(new() { Green = 1, Amber = 1 }));

        var files = new AuditFolder(folder.Path, Run, own.Site, null);
        files.Write(result, pictures);
        Assert.True(files.Has(Cut));
        files.Report(own.Site, files.Results([Cut]));
        var read = Assert.Single(files.Results([Cut]));
        Assert.Equal((result.Score, result.Leak, result.Strongest), (read.Score, read.Leak, read.Strongest));
        Assert.Contains("data:image/png", File.ReadAllText(files.ReportPath), StringComparison.Ordinal);
        Assert.Contains("\"grade\": \"inconclusive\"", File.ReadAllText(files.JsonPath), StringComparison.Ordinal);
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
