using System.Diagnostics;
using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Networks;
using RosFL.Planning;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tests.Privacy.Audit;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Planning;

public class StudyPlanTests
{
    private static readonly Connection Line = new(1e6, TimeSpan.FromMilliseconds(10));

    private static readonly Dictionary<string, AuditSummary> NoAudits = [];

    private static RunOptions Run(string folder) => new()
    {
        Name = "planned",
        Rounds = 1,
        Task = StudyTask.Segmentation,
        Network = new() { Name = "unet", Channels = 4, Levels = 2, OutputChannels = 2 },
        Cut = new() { Depth = 1, NarrowChannels = 2 },
        Algorithm = new() { Name = "splitfed-v1" },
        Training = new() { Batch = 4 },
        Data = new() { Phantoms = new() { Sites = 2, ImagesPerSite = 10, Size = 32 } },
        Preprocessing = new() { Intensity = IntensityKind.ZScore, BinaryLabels = true },
        Machine = new() { Threads = 1 },
        Audit = new() { Cuts = ["1", "1:2x1", "2:2x2"] },
        Output = new() { Folder = folder },
    };

    /// <summary>Three sites whose batch normalisation has running statistics to merge, in the clear and as masked integers.</summary>
    [Theory]
    [InlineData("splitfed-v1", SecureAggregationKind.None, "1:2x1")]
    [InlineData("splitfed-v1", SecureAggregationKind.Malicious, "1:2x1")]
    [InlineData("fedavg", SecureAggregationKind.None, "fedavg")]
    [InlineData("fedavg", SecureAggregationKind.Malicious, "fedavg")]
    public async Task Lines_bytesPerRound_areThoseThatARunMeters(string algorithm, SecureAggregationKind kind, string row)
    {
        using var scratch = new TemporaryFolder();
        var plain = Run(scratch.Path);
        var run = plain with
        {
            Algorithm = new() { Name = algorithm },
            Network = plain.Network with { Normalisation = NormalisationKind.Batch },
            Data = new() { Phantoms = plain.Data.Phantoms with { Sites = 3, Size = 64 } },
            Privacy = new() { SecureAggregation = kind },
            Audit = new() { Cuts = ["1:2x1"] },
        };
        using var folder = RunFolder.Create(RunFile.Of(run));
        using var simulation = new Simulation(folder);
        await simulation.RunAsync(default);
        var metered = simulation.Store.Rounds()[0].Sites[0];

        var planned = Plan(run, NoAudits, sites: 3).Single(l => l.Cut == row);
        Assert.InRange(planned.BytesPerRound / (double)(metered.BytesUp + metered.BytesDown), 0.99, 1.01);
    }

    /// <summary>40,000 bytes of a batch take 40 ms on the line, and two round trips 20; in a body of 20 ms, and in a slower one, three sites keep so many cores busy.</summary>
    [Theory]
    [InlineData(20, 110, 3 * 20 / 110.0)]
    [InlineData(200, 290, 3 * 200 / 290.0)]
    public void Line_stepRoundAndServerCores_followFromTheMeasuredStep(int bodyMs, int stepMs, double cores)
    {
        var run = Run("x");
        var plan = new StudyPlan(run, SiteImages.Open(run)[0], 3, Line, NoAudits);
        var line = plan.Line(run.Cut, new(TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(bodyMs), 10_000, [32, 32]), CutCost.Of(run.Network, run.Cut, 32), new(1000, 2000, 0, 3000, Trips: 4));
        Assert.Equal((40_000, TimeSpan.FromMilliseconds(stepMs)), (line.BytesPerStep, line.Step));
        Assert.Equal(cores, line.ServerCores, 6);
        Assert.Equal(plan.Steps * TimeSpan.FromMilliseconds(stepMs) + TimeSpan.FromMilliseconds(6 + 4 * 10), line.Round);
    }

    /// <summary>A body that takes 100 ms more for each half of a step: the time is the server's, and is not counted at the site again. Of the three steps measured after the first, two take the median or longer, and none less than the body.</summary>
    [Fact]
    public void MeasuredStep_ofASlowerBody_booksItsTimeToTheServer()
    {
        var run = Run("x");
        var delay = TimeSpan.FromMilliseconds(100);
        var clock = Stopwatch.StartNew();
        var measured = MeasuredStep.Of(new Study(run), SiteImages.Open(run)[0], default, default, body => new SlowBodyLink(body, delay));
        Assert.InRange(measured.SiteTime + measured.BodyTime, 2 * delay, (clock.Elapsed - 4 * delay) / 2);
        Assert.True(measured.BodyTime >= 2 * delay);
    }

    /// <summary>At the paper's cut, for 32x32 pixels: convolutions of 3x3 from 1 to 4 and 4 to 4 channels; the doubling from 8 to 4; convolutions from 8 to 4, 4 to 4, and 1x1 to 2. The narrow cut adds 1x1 from 4 to 2 channels and from 2 to 8, at half the resolution.</summary>
    [Fact]
    public void Lines_siteMacs_areThoseOfItsLayers()
    {
        var lines = Plan(Run("x"), NoAudits);
        const long Whole = ((9 * 1 * 4) + (9 * 4 * 4) + (8 * 4) + (9 * 8 * 4) + (9 * 4 * 4) + (4 * 2)) * 32 * 32;
        Assert.Equal([Whole, Whole + (((4 * 2) + (2 * 8)) * 16 * 16)], lines.Take(2).Select(l => l.SiteMacs));
    }

    [Fact]
    public void Lines_ofASlowLine_addTransferAndTwoRoundTrips()
    {
        var line = Plan(Run("x"), NoAudits).First();
        Assert.True(line.Step >= TimeSpan.FromSeconds(line.BytesPerStep / Line.BytesPerSecond) + 2 * Line.Latency);
    }

    [Fact]
    public void Lines_haveFedAvgAndCentralizedBesideEveryCut() =>
        Assert.Equal(["1", "1:2x1", "2:2x2", "fedavg", "centralized"], Plan(Run("x"), NoAudits).Select(l => l.Cut));

    /// <summary>They are there to compare with: centralized training costs a site nothing and would beat every cut.</summary>
    [Fact]
    public void Lines_marks_areOfCutsAlone()
    {
        var lines = Plan(Run("x"), NoAudits);
        Assert.Contains(lines, l => l.IsUnbeaten);
        Assert.All(lines.TakeLast(2), l => Assert.False(l.IsUnbeaten));
    }

    /// <summary>At the paper's cut: two blocks of two convolutions and two normalisations and the doubling, 4 channels each, and 2 output channels, of 32x32 pixels.</summary>
    [Fact]
    public void Lines_siteMemory_isStateAndOutputsOfLayersForABatch()
    {
        var line = Plan(Run("x"), NoAudits)[0];
        Assert.Equal(16 * line.SiteParameters + 4 * sizeof(float) * ((2 * 4 + 1) * 4 + 2) * 32 * 32, line.SiteBytes);
    }

    [Fact]
    public void Marked_lineBetterInOneColumn_isMarked()
    {
        PlanLine good = new("a", 2, 10, 2, 2, 100, 0, 0, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9), 2, 0.2, 0.1), bad = good with { BytesPerRound = 200, Round = TimeSpan.FromSeconds(10) };
        PlanLine[] others = [bad with { SiteParameters = 1 }, bad with { SiteMacs = 9 }, bad with { SiteBytes = 1 }, bad with { BytesPerStep = 1 }, bad with { Step = default }, bad with { ServerCores = 1 }];
        Assert.All(others, other => Assert.All(PlanLine.Marked([good, other]), l => Assert.True(l.IsUnbeaten)));
        Assert.False(PlanLine.Marked([good, bad])[1].IsUnbeaten);
    }

    [Fact]
    public void Marked_lineBeatenInEverything_isNotMarked()
    {
        PlanLine good = new("a", 1, 10, 1, 1, 100, 0, 0, default, TimeSpan.FromSeconds(1), 1, 0.2, 0.1), bad = good with { Cut = "b", BytesPerRound = 200, Leak = 0.3 };
        PlanLine other = good with { Cut = "c", BytesPerRound = 50, Gain = 0.1 };
        Assert.Equal([true, false, true], PlanLine.Marked([good, bad, other]).Select(l => l.IsUnbeaten));
    }

    [Fact]
    public void AuditSummary_ofAFileThatIsNone_isRefused()
    {
        using var scratch = new TemporaryFolder();
        var (cuts, whyLeftOut) = AuditSummary.Read(scratch["absent.json"], Run("x"), "hospital-1");
        Assert.Empty(cuts);
        Assert.Empty(whyLeftOut);
        File.WriteAllText(scratch["audit.json"], "{}");
        Assert.Equal(ExitCode.InvalidFile, Assert.Throws<RosflException>(() => AuditSummary.Read(scratch["audit.json"], Run("x"), "hospital-1")).Code);
    }

    /// <summary>As after an audit of the network without the guards that the run has.</summary>
    [Fact]
    public void AuditSummary_ofOtherTermsOrAnotherSite_isLeftOutWithASentence()
    {
        using var scratch = new TemporaryFolder();
        var (path, run) = (scratch["audit.json"], Run("x"));
        AuditFile.Of(run, "hospital-1", [GradeTests.Made(ssim: 0.40)]).Save(path);
        Assert.Equal("1", Assert.Single(AuditSummary.Read(path, run, "hospital-1").Cuts).Key);

        foreach (var (read, why) in new[]
        {
            (AuditSummary.Read(path, run with { Privacy = new() { HeadPenalty = HeadPenaltyKind.Adversary } }, "hospital-1"), "guard than the study's"),
            (AuditSummary.Read(path, run, "hospital-2"), "was made at site 'hospital-1'"),
        })
        {
            Assert.Empty(read.Cuts);
            Assert.Contains(why, read.WhyLeftOut, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AuditSummary_ofACutWithoutAVerdict_isMarkedInItsLine()
    {
        using var scratch = new TemporaryFolder();
        var run = Run("x") with { Audit = new() { Cuts = ["1", "1:2x1"] } };
        StolenMask[] masks = [new("smashed", 0.3, 100, true), new("features", 0.3, 100, true), new("gradient", 0.3, 100, true)];
        var clear = GradeTests.Made(ssim: 0.40) with { StolenMasks = masks, MeanMaskDice = 0.2 };
        AuditFile.Of(run, "hospital-1", [clear, clear with { Cut = "1:2x1", Persons = 2, StolenMasks = [.. masks.Select(m => m with { Dice = 0.9 })] }]).Save(scratch["audit.json"]);

        var lines = Plan(run, AuditSummary.Read(scratch["audit.json"], run, "hospital-1").Cuts);
        Assert.Equal([(false, false), (true, false)], lines.Take(2).Select(l => (l.IsLeakInconclusive, l.IsMaskLeakInconclusive))); // red labels are a verdict
        Assert.All(lines.Take(2), l => Assert.Equal(clear.Leak, l.Leak));
    }

    private static IReadOnlyList<PlanLine> Plan(RunOptions run, IReadOnlyDictionary<string, AuditSummary> audits, int sites = 2) =>
        new StudyPlan(run, SiteImages.Open(run)[0], sites, Line, audits).Lines(TimeSpan.FromMilliseconds(10), default);
}
