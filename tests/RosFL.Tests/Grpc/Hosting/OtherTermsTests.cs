using System.Collections.Concurrent;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>A site that has approved other terms than the servers does not train, and is told what differs.</summary>
public sealed class OtherTermsTests
{
    [Fact]
    public async Task Site_withOtherTerms_isToldEveryDifference()
    {
        using var study = new HostedStudy(sites: 3, rounds: 1, new QuorumTerms { Sites = 2 });
        study.KeepOtherTerms("hospital-1", new QuorumTerms { Sites = 3, IdleSeconds = 7 });
        var serving = study.ServeAsync(_ => { });
        var refusal = await Assert.ThrowsAsync<RosflException>(() => study.JoinAsync("hospital-1", CancellationToken.None));
        Assert.Equal(ExitCode.ManifestDiffers, refusal.Code);
        Assert.StartsWith("The aggregation server holds another manifest of study 'tiny' (theirs / ours): ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("quorum.sites: 2 / 3", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("/ 7", refusal.Message, StringComparison.Ordinal);
        await study.EndAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    /// <summary>The study ends, and the site's own log says why; what differs in the site's copy is not told to the aggregation server.</summary>
    [Fact]
    public async Task ComputationServer_withOtherTerms_isToldApartAtTheSite()
    {
        using var study = new HostedStudy(sites: 2, rounds: 1);
        study.KeepOtherTerms(HostedStudy.Computation, new QuorumTerms { IdleSeconds = 7 });
        var said = new ConcurrentQueue<string>();
        var serving = study.ServeAsync(_ => { });
        var joined = study.Sites.Select(site => study.JoinAsync(site, CancellationToken.None, notice: said.Enqueue)).ToList();
        var refusal = await Assert.ThrowsAsync<RosflException>(() => serving);
        Assert.Equal(ExitCode.ManifestDiffers, refusal.Code);
        Assert.Contains("'rosfl study diff' shows what differs; approve the same one.", refusal.Message, StringComparison.Ordinal);
        await study.EndAsync();
        foreach (var site in joined) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => site);
        Assert.Contains("The computation server holds another manifest of study 'tiny' (theirs / ours): quorum.idleSeconds: 7 / 300. Agree on one and approve it.", said);
    }
}
