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
    private const double GreenSsim = 0.40, RedSsim = 0.60; // the mean image scores .35
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

    private static RunOptions Run(AuditOptions audit, int depth = 1) =>
        new() { Network = new() { Name = "red-cnn", Channels = 4 }, Cut = new() { Depth = depth }, Algorithm = new() { Name = "ros-fl" }, Audit = audit, Privacy = new() { SecureAggregation = SecureAggregationKind.None } };

    private string Audit(double ssim, RunOptions? run = null, string site = "north")
    {
        AuditFile.Of(run ?? Run(new()), site, [GradeTests.Made(ssim)]).Save(folder["audit.json"]);
        return folder["audit.json"];
    }

    private SiteProcessOptions Options(string audit = "") => new(folder["north"], "demo", "", "", "", "", "", "", Audit: audit, Officer: folder["officer.pem"]);

    private string Signed(ApprovedStudy approved, SiteProcessOptions options, ECDsa key)
    {
        var verdict = CutVerdict.Of(options.Audit, approved.Run.Options, North.Name);
        new AuditOverride("demo", approved.Hash, North.Name, verdict.Cut, verdict.Images, verdict.Labels, "the officer", "only phantoms", TimeProvider.System.GetUtcNow()).Save(folder["override.json"], key);
        return folder["override.json"];
    }

    private ApprovedStudy Study(AuditOptions audit, int revision = 1, int depth = 1)
    {
        Party[] parties = [new(PartyRole.AggregationServer, "merge"), new(PartyRole.ComputationServer, "bodies"), North, new(PartyRole.Site, "south")];
        var folders = parties.Select(p => trust.Write(folder[$"{p.Name}-{revision}-{depth}"], p)).ToList();
        var keys = folders.Select(f => f.LoadKey()).ToList();
        var manifest = Manifest.Create(new()
        {
            Study = "demo",
            Run = [],
            BodySeed = new string('0', 64),
            Revision = revision,
            Previous = revision == 1 ? "" : new string('0', 64),
            Roster = [.. parties.Zip(keys, (p, key) => new RosterEntry(p.ToString(), Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))))],
        }, Run(audit, depth));
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
