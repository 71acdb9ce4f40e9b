using System.Security.Cryptography;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tests.Privacy.Audit;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>What a site's own audit says decides before the site's process opens a connection to a server of the study.</summary>
public sealed class AuditedSiteTests : IDisposable
{
    private const double RedSsim = 0.60; // the mean image scores .35
    private const string Audited = "hospital-1", Reason = "only phantoms";
    private static readonly string[] Servers = [HostedStudy.Aggregation, HostedStudy.Computation];
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Site_withARedAudit_callsNoServer_andJoinsWithTheOfficersSignature()
    {
        using var study = new HostedStudy(sites: 2, rounds: 1);
        foreach (var server in Servers) study.Tap(server);
        AuditFile.Of(study.Manifest.Run, Audited, [GradeTests.Made(RedSsim)]).Save(folder["audit.json"]);
        var (serving, other) = (study.ServeAsync(_ => { }), study.JoinAsync("hospital-2", CancellationToken.None));

        var refusal = await Assert.ThrowsAsync<RosflException>(() => study.JoinAsync(Audited, CancellationToken.None, configured: site => site with { Audit = folder["audit.json"] }));
        Assert.Equal(ExitCode.AuditFailed, refusal.Code);
        Assert.Contains("images red", refusal.Message, StringComparison.Ordinal);
        Assert.All(Servers, server => Assert.DoesNotContain(Audited, study.CallersOf(server)));

        Sign(study.Manifest);
        var joining = study.JoinAsync(Audited, CancellationToken.None, configured: site => site with { Audit = folder["audit.json"], Override = folder["override.json"], Officer = folder["officer.pem"] });
        await foreach (var ended in Task.WhenEach([serving, other, joining])) await ended;
        await study.EndAsync();
        Assert.All(Servers, server => Assert.Contains(Audited, study.CallersOf(server)));
        using var store = study.OpenStore();
        Assert.Contains(Audited, store.Ledger.Records(HostedStudy.Name).Single().Decision.Survivors.Select(s => s.Site));
        Assert.Contains(Reason, await File.ReadAllTextAsync(study.PartyOf(Audited).AuditLogPath), StringComparison.Ordinal);
    }

    private void Sign(Manifest manifest)
    {
        using var officer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(folder["officer.pem"], officer.ExportSubjectPublicKeyInfoPem());
        var verdict = CutVerdict.Of(folder["audit.json"], manifest.Run, Audited);
        new AuditOverride(manifest.Study, manifest.Hash, Audited, verdict.Cut, verdict.Images, verdict.Labels, "the officer", Reason, TimeProvider.System.GetUtcNow()).Save(folder["override.json"], officer);
    }
}
