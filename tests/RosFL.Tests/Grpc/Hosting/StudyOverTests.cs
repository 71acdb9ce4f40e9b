using RosFL.Grpc.Coordination;
using RosFL.Runs;
using RosFL.Tests.Cli;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>A site that was told that the study is over does not forget it with its process.</summary>
public sealed class StudyOverTests
{
    private const string Killed = "hospital-1";
    private const int CodeOfAKill = 137;

    [Fact]
    public async Task Site_killedWhenItKnewThatTheStudyIsOver_endsByItselfWhereNoServerIs()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The exit code of a kill is that of Linux.");
        using var study = new HostedStudy(sites: 2, rounds: 1);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["site.json"], StrictJson.Text(study.OptionsOf(Killed) with { OverSeconds = 1 }));
        var serving = study.ServeAsync(_ => { });
        var other = study.JoinAsync("hospital-2", CancellationToken.None);
        var killed = await RosflProcess.RunAsync(new Dictionary<string, string> { [CrashPoint.Variable] = "site-finished:1" }, "site", folder["site.json"]);
        Assert.True(killed.Code == CodeOfAKill, killed.Error);
        await Task.WhenAll(serving, other);
        await study.EndAsync();

        var again = await RosflProcess.RunAsync("site", folder["site.json"]);
        Assert.True(again.Code == (int)ExitCode.Success, again.Error);
        Assert.Contains("Study 'tiny' is over", again.Error, StringComparison.Ordinal);
    }

    /// <summary>The server had not heard the answer, or scores the model once more.</summary>
    [Fact]
    public async Task Site_thatKnows_takesPartWhereAServerAsks()
    {
        using var study = new HostedStudy(sites: 2, rounds: 1);
        EndingOf(study, Killed, study.Manifest.Hash).Told();
        var serving = study.ServeAsync(_ => { });
        await Task.WhenAll([serving, .. study.Sites.Select(site => study.JoinAsync(site, CancellationToken.None, configured: options => options with { OverSeconds = 3600 }))]);
        await study.EndAsync();
        using var store = study.OpenStore();
        Assert.Equal(study.Sites.Order(), store.Events().Where(e => e.Kind == "left").Select(e => e.Site).Order());
    }

    [Fact]
    public void Ending_ofAnotherManifest_isNotThisOnes()
    {
        using var study = new HostedStudy(sites: 1, rounds: 1);
        EndingOf(study, Killed, "this").Told();
        Assert.True(EndingOf(study, Killed, "this").WasTold);
        Assert.False(EndingOf(study, Killed, "another").WasTold);
    }

    [Fact]
    public async Task OverSeconds_belowZero_isOneSentence()
    {
        using var study = new HostedStudy(sites: 1, rounds: 1);
        var refused = await Assert.ThrowsAsync<RosflException>(() => study.JoinAsync(Killed, CancellationToken.None, configured: options => options with { OverSeconds = -1 }));
        Assert.Equal("Option overSeconds is -1; it must be at least 0 and at most 86400.", refused.Message);
    }

    private static SiteEnding EndingOf(HostedStudy study, string site, string manifest) => new(Path.Combine(study.FolderOf(site), HostedStudy.Name), manifest, TimeSpan.Zero);
}
