using System.Security.Cryptography;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Trust;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tests.Privacy.Audit;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>Who may join a study: real keys, real signed files, a real log.</summary>
public sealed class AuditGateTests : IDisposable
{
    private const double GreenSsim = 0.40, AmberSsim = 0.50, RedSsim = 0.60; // the mean image scores .35
    private static readonly Party North = new(PartyRole.Site, "north");
    private readonly TemporaryFolder folder = new();
    private readonly ThrowAwayTrust trust = new(TimeProvider.System);
    private readonly ECDsa officer = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public AuditGateTests() => File.WriteAllText(folder["officer.pem"], officer.ExportSubjectPublicKeyInfoPem());

    public void Dispose()
    {
        officer.Dispose();
        trust.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Study_thatRequiresAnAudit_takesNoSiteWithoutOne() =>
        Assert.Equal(ExitCode.AuditFailed, Refused(new AuditOptions { Required = true }, Options()).Code);

    [Fact]
    public void Study_thatRequiresNone_takesASiteWithoutOne() => Pass(new AuditOptions(), Options());

    [Fact]
    public void GreenCut_joins() => Pass(new AuditOptions { Required = true }, Options(Audit(GreenSsim)));

    [Fact]
    public void RedCut_joinsOnlyWithTheOfficersSignature_whichIsRecorded()
    {
        var audited = Options(Audit(RedSsim));
        Assert.Contains("images red", Refused(new AuditOptions(), audited).Message, StringComparison.Ordinal);

        var approved = Study(new AuditOptions());
        Pass(approved, audited with { Override = Signed(approved, audited, officer) });
        Assert.Contains("only phantoms", File.ReadAllText(folder["log.jsonl"]), StringComparison.Ordinal);
    }

    [Fact]
    public void InconclusiveAudit_isRefused()
    {
        var weak = GradeTests.Made(GreenSsim) with { Effort = AuditEffort.Of(new() { LeastSteps = 400 }) };
        Assert.Contains("images inconclusive", Refused(new AuditOptions(), Options(Audit(weak))).Message, StringComparison.Ordinal);

        var learning = WithMasks(GreenSsim, 0.2) with { StolenMasks = [.. WithMasks(GreenSsim, 0.2).StolenMasks.Select(m => m with { Plateau = false })] };
        Assert.Contains("images green, labels inconclusive", Refused(Study(Segmentation), Options(Audit(learning, Segmentation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AmberImages_withRedLabels_areRefused()
    {
        Assert.Contains("images amber, labels red", Refused(Study(Segmentation), Options(Audit(WithMasks(AmberSsim, 0.9), Segmentation))).Message, StringComparison.Ordinal);
        Pass(Study(Segmentation), Options(Audit(WithMasks(AmberSsim, 0.3), Segmentation)));
    }

    /// <summary>With audit.attacks that name no attack on labels.</summary>
    [Fact]
    public void LabelsOfASegmentation_thatWereNotMeasured_areRefused() =>
        Assert.Contains("images green, labels inconclusive", Refused(Study(Segmentation), Options(Audit(GradeTests.Made(GreenSsim), Segmentation))).Message, StringComparison.Ordinal);

    [Fact]
    public void Override_forAnotherFindingCutOrSite_isRefused()
    {
        var (approved, audited) = (Study(Segmentation), Options(Audit(WithMasks(RedSsim, 0.9), Segmentation)));
        Func<AuditOverride, AuditOverride>[] others =
        [
            signed => signed with { Images = AuditGrade.Inconclusive }, signed => signed with { Labels = AuditGrade.Amber }, signed => signed with { Labels = null },
            signed => signed with { Cut = "2" }, signed => signed with { Site = "south" },
        ];
        Assert.All(others, other =>
            Assert.Contains("decide anew", Refused(approved, audited with { Override = Signed(approved, audited, officer, other) }).Message, StringComparison.Ordinal));
        Pass(approved, audited with { Override = Signed(approved, audited, officer) });
    }

    [Fact]
    public void Override_byAnotherKeyOrForAnotherRevision_isRefused()
    {
        var audited = Options(Audit(RedSsim));
        var approved = Study(new AuditOptions());
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal(ExitCode.NotTrusted, Refused(approved, audited with { Override = Signed(approved, audited, stranger) }).Code);

        var old = audited with { Override = Signed(approved, audited, officer) };
        Assert.Contains("decide anew", Refused(Study(new AuditOptions(), revision: 2), old).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_ofAManifest_tightenButDoNotLoosen()
    {
        Assert.Equal(ExitCode.AuditFailed, Refused(new AuditOptions { Limits = new() { Green = 0.9, Amber = 0.9 } }, Options(Audit(RedSsim))).Code);
        Assert.Equal(ExitCode.AuditFailed, Refused(new AuditOptions { Limits = new() { Green = 0.01, Amber = 0.02 } }, Options(Audit(GreenSsim))).Code);
    }

    [Fact]
    public void Audit_ofAnotherNetworkCutOrSite_isRefused()
    {
        var other = Run(new()) with { Network = new() { Name = "red-cnn", Channels = 8 } };
        Assert.Contains("another task, network", Refused(new AuditOptions(), Options(Audit(GreenSsim, other))).Message, StringComparison.Ordinal);
        Assert.Contains("no cut '2'", Refused(Study(new AuditOptions(), depth: 2), Options(Audit(GreenSsim))).Message, StringComparison.Ordinal);
        Assert.Contains("site 'south'", Refused(new AuditOptions(), Options(Audit(GreenSsim, site: "south"))).Message, StringComparison.Ordinal);
    }

    /// <summary>What a guard adds averages out over the rounds: an audit of one round would pass what the study's hundreds give away.</summary>
    [Theory]
    [InlineData(0.5, 0, GradientKind.Exact, true)]
    [InlineData(0, 4, GradientKind.Exact, true)]
    [InlineData(0, 0, GradientKind.Mixed, true)]
    [InlineData(0, 0, GradientKind.Withheld, false)]
    [InlineData(0, 0, GradientKind.Exact, false)]
    public void Audit_ofFewerRounds_isRefusedWhereTheyAverageAGuardOut(double smashedNoise, double gradientNoise, GradientKind gradient, bool refused)
    {
        var study = Run(new()) with { Rounds = 200, Privacy = new() { SmashedNoise = smashedNoise, GradientNoise = gradientNoise, Gradient = gradient } };
        Assert.Equal(refused, AuditFile.TermsOf(study with { Rounds = 1 }) != AuditFile.TermsOf(study));
    }

    private static RunOptions Run(AuditOptions audit, int depth = 1) =>
        new() { Network = new() { Name = "red-cnn", Channels = 4 }, Cut = new() { Depth = depth }, Algorithm = new() { Name = "ros-fl" }, Audit = audit, Privacy = new() { SecureAggregation = SecureAggregationKind.None } };

    private static RunOptions Segmentation { get; } =
        Run(new()) with { Task = StudyTask.Segmentation, Network = new() { Name = "unet", Channels = 4, OutputChannels = 2 }, Preprocessing = new() { Intensity = IntensityKind.ZScore } };

    /// <param name="dice">Of the label map read from each of what crosses; the mean mask has .2.</param>
    private static CutAudit WithMasks(double ssim, double dice) =>
        GradeTests.Made(ssim) with { StolenMasks = [new("smashed", dice, 2000, true), new("features", dice, 2000, true), new("gradient", dice, 2000, true)], MeanMaskDice = 0.2 };

    private string Audit(double ssim, RunOptions? run = null, string site = "north") => Audit(GradeTests.Made(ssim), run, site);

    private string Audit(CutAudit result, RunOptions? run = null, string site = "north")
    {
        AuditFile.Of(run ?? Run(new()), site, [result]).Save(folder["audit.json"]);
        return folder["audit.json"];
    }

    private SiteProcessOptions Options(string audit = "") => new(folder["north"], "demo", "", "", "", "", "", "", Audit: audit, Officer: folder["officer.pem"]);

    /// <param name="other">What the officer decided about instead of what is.</param>
    private string Signed(ApprovedStudy approved, SiteProcessOptions options, ECDsa key, Func<AuditOverride, AuditOverride>? other = null)
    {
        var verdict = CutVerdict.Of(options.Audit, approved.Run.Options, North.Name);
        var decision = new AuditOverride("demo", approved.Hash, North.Name, verdict.Cut, verdict.Images, verdict.Labels, "the officer", "only phantoms", TimeProvider.System.GetUtcNow());
        (other?.Invoke(decision) ?? decision).Save(folder["override.json"], key);
        return folder["override.json"];
    }

    private ApprovedStudy Study(AuditOptions audit, int revision = 1, int depth = 1) => Study(Run(audit, depth), revision);

    private ApprovedStudy Study(RunOptions run, int revision = 1)
    {
        Party[] parties = [new(PartyRole.AggregationServer, "merge"), new(PartyRole.ComputationServer, "bodies"), North, new(PartyRole.Site, "south")];
        var folders = parties.Select(p => trust.Write(folder[$"{p.Name}-{revision}-{run.Cut.Depth}"], p)).ToList();
        var keys = folders.Select(f => f.LoadKey()).ToList();
        var manifest = Manifest.Create(new()
        {
            Study = "demo",
            Run = [],
            BodySeed = new string('0', 64),
            Revision = revision,
            Previous = revision == 1 ? "" : new string('0', 64),
            Roster = [.. parties.Zip(keys, (p, key) => new RosterEntry(p.ToString(), Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))))],
        }, run);
        var approved = parties.Zip(keys).Aggregate(ApprovedManifest.Of(manifest), (all, k) => all.Approve(k.First, k.Second, TimeProvider.System));
        keys.ForEach(key => key.Dispose());
        var own = folders[2];
        approved.Save(Path.Combine(own.StudiesPath, "demo.json"));
        using var credentials = own.Open(TimeProvider.System);
        return ApprovedStudy.Open(own, credentials, "demo", RunFile.Parse("{}", "own", names: Loopback.Names), Loopback.Names);
    }

    private void Pass(AuditOptions audit, SiteProcessOptions options) => Pass(Study(audit), options);

    private void Pass(ApprovedStudy approved, SiteProcessOptions options) => AuditGate.Pass(approved, North.Name, options, AuditLog.Open(folder["log.jsonl"], TimeProvider.System));

    private RosflException Refused(AuditOptions audit, SiteProcessOptions options) => Refused(Study(audit), options);

    private RosflException Refused(ApprovedStudy approved, SiteProcessOptions options) => Assert.Throws<RosflException>(() => Pass(approved, options));
}
