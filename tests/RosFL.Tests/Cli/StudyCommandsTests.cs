using System.Diagnostics;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Trust;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tests.Grpc;
using RosFL.Tests.Privacy.Audit;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Cli;

/// <summary>From nothing to an approved study as docs/deploy.md goes: real processes, real keys, a real service.</summary>
public sealed class StudyCommandsTests : IDisposable
{
    private static readonly (string Name, string Role)[] Parties = [("merge", "aggregation-server"), ("bodies", "computation-server"), ("north", "site"), ("south", "site")];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task FourParties_enrolAndApproveAStudy()
    {
        var port = LoopbackPort.Free();
        await RunAsync("ca", "init", "ca", "--address", $"https://127.0.0.1:{port}");
        using var authority = Start("ca", "serve", "ca", "--listen", $"127.0.0.1:{port}");
        try
        {
            Assert.Contains("certificate authority at", await authority.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
            foreach (var (name, role) in Parties)
            {
                await RunAsync("invite", name, "--role", role);
                Assert.Contains($"{role}/{name} enrolled", await RunAsync("enrol", $"{name}.invite.json", "--party", name), StringComparison.Ordinal);
                File.WriteAllText(folder[$"{name}.entry.json"], await RunAsync("study", "entry", "--party", name, "--weight", role == "site" ? "12" : "0"));
            }

            Assert.Contains("certificate good until", await RunAsync("renew", "--party", "north"), StringComparison.Ordinal);
        }
        finally
        {
            authority.Kill(entireProcessTree: true);
        }

        await RunAsync(["study", "new", "--id", "demo", "--set", "rounds=2", "--out", "demo.json", "--roster", .. Parties.Select(party => $"{party.Name}.entry.json")]);
        foreach (var (name, _) in Parties) await RunAsync("study", "approve", "demo.json", "--party", name);
        Assert.Contains("approved by all parties", await RunAsync("study", "collect", "demo.json", "--party", "north"), StringComparison.Ordinal);
        Assert.Equal(["north", "south"], new StudyCopies(folder["north/studies"]).Open("demo").Manifest.Sites);

        await RunAsync("revoke", "south", "--role", "site");
        Assert.Contains("unbroken", await RunAsync("audit-log", "verify", "ca/audit-log.jsonl"), StringComparison.Ordinal);
        Assert.Contains("3 lines", await RunAsync("audit-log", "verify", "north/audit-log.jsonl"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_ofEverySite_giveTheManifestItsClassWeights()
    {
        string[] settings = ["--set", "task=segmentation", "network.name=unet", "network.outputChannels=2", "preprocessing.intensity=z-score", "preprocessing.binaryLabels=true",
            "training.federatedClassWeights=true", "evaluation.scoreWindow=null", "preprocessing.window=null", "data.phantoms.size=32", "data.phantoms.imagesPerSite=6", "data.phantoms.sites=2"];
        WriteParties("hospital-1", "hospital-2");
        foreach (var site in (string[])["hospital-1", "hospital-2"])
            await RunAsync(["data", "statistics", "--site", site, "--out", $"{site}.statistics.json", .. settings]);
        string[] study = ["study", "new", "--id", "demo", "--out", "demo.json", .. settings, "--roster", "merge.entry.json", "bodies.entry.json", "hospital-1.entry.json", "hospital-2.entry.json"];
        Assert.Contains("hospital-2", await FailAsync([.. study, "--statistics", "hospital-1.statistics.json"]), StringComparison.Ordinal);
        await RunAsync([.. study, "--statistics", "hospital-1.statistics.json", "hospital-2.statistics.json"]);
        var weights = ApprovedManifest.Load(folder["demo.json"]).Manifest.Run.Training.ClassWeights;
        Assert.Equal(2, weights.Length);
        Assert.InRange(weights[0], 0.1, 1);
        Assert.True(weights[1] > 1);
    }

    /// <summary>The site's process lets the officer's files in as the commands wrote them.</summary>
    [Fact]
    public async Task Officer_signsAnOverride_withWhichTheSiteJoins()
    {
        WriteParties("north", "south");
        await RunAsync("study", "new", "--id", "demo", "--out", "demo.json", "--roster", "merge.entry.json", "bodies.entry.json", "north.entry.json", "south.entry.json");
        foreach (var (name, _) in Parties) await RunAsync("study", "approve", "demo.json", "--party", name);
        await RunAsync("study", "collect", "demo.json", "--party", "north");
        var run = ApprovedManifest.Load(folder["demo.json"]).Manifest.Run;

        Assert.Contains("officer.key.pem stays with the officer", await RunAsync("study", "officer", "--out", "officer"), StringComparison.Ordinal);
        Assert.Contains("is not overwritten", await FailAsync("study", "officer", "--out", "officer"), StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", await File.ReadAllTextAsync(folder["officer.pem"]), StringComparison.Ordinal);

        string[] decide = ["study", "override", "demo.json", "--site", "north", "--audit", "audit.json", "--key", "officer.key.pem", "--officer", "J. Doe", "--reason", "phantoms only", "--out", "override.json"];
        AuditFile.Of(run, "north", [GradeTests.Made(ssim: 0.40)]).Save(folder["audit.json"]);
        Assert.Contains("nothing is to be signed", await FailAsync(decide), StringComparison.Ordinal);
        AuditFile.Of(run, "north", [GradeTests.Made(ssim: 0.60)]).Save(folder["audit.json"]);
        Assert.Equal(ExitCode.AuditFailed, Assert.Throws<RosflException>(() => Join(signed: "")).Code);
        Assert.Contains("images red", await RunAsync(decide), StringComparison.Ordinal);
        Join(folder["override.json"]);
        Assert.Contains("signed by J. Doe: phantoms only", await File.ReadAllTextAsync(folder["joined.jsonl"]), StringComparison.Ordinal);
    }

    /// <summary>What the site's process asks before it calls a server.</summary>
    private void Join(string signed)
    {
        var place = new PartyFolder(folder["north"]);
        using var credentials = place.Open(TimeProvider.System);
        var approved = ApprovedStudy.Open(place, credentials, "demo", RunFile.Parse("{}", "own", names: Loopback.Names), Loopback.Names);
        var options = new SiteProcessOptions(folder["north"], "demo", "", "", "", "", "", "", Audit: folder["audit.json"], Override: signed, Officer: folder["officer.pem"]);
        AuditGate.Pass(approved, "north", options, AuditLog.Open(folder["joined.jsonl"], TimeProvider.System));
    }

    /// <summary>Folders and entries of two servers and two sites.</summary>
    private void WriteParties(params string[] sites)
    {
        using var trust = new ThrowAwayTrust(TimeProvider.System);
        foreach (var party in (Party[])[new(PartyRole.AggregationServer, "merge"), new(PartyRole.ComputationServer, "bodies"), .. sites.Select(site => new Party(PartyRole.Site, site))])
            File.WriteAllText(folder[$"{party.Name}.entry.json"], StrictJson.Text(trust.Write(folder[party.Name], party).Entry()));
    }

    private async Task<string> FailAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.NotEqual(0, process.ExitCode);
        return await output + await error;
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"rosfl {string.Join(' ', arguments)}: {await error}");
        return await output;
    }

    private Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "rosfl.dll"), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = folder.Path,
    })!;
}
