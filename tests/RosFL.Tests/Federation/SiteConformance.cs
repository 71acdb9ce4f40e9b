using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Tests.Federation;

/// <summary>What every <see cref="ISite"/> does, in this process or another.</summary>
public abstract class SiteConformance
{
    /// <summary>A site's end as the coordinator holds it.</summary>
    private protected abstract Task<IAsyncDisposable> BeginAsync(MadeStudy study, Action<ISite> site);

    [Fact]
    public Task Initial_isWhatTheStudyBeginsWith() => WithAsync("fedavg", async (study, site) =>
        Assert.Equal(study.Study.InitialOf(study.Study.SiteParts).Hash(), (await site.InitialAsync(CancellationToken.None)).Hash()));

    [Theory]
    [InlineData("fedavg")]
    [InlineData("fedprox")]
    public Task Train_afterAnAbort_givesTheSameBits(string algorithm) => WithAsync(algorithm, async (study, site) =>
    {
        var (first, figures) = await TrainAsync(study, site, 0, 1);
        Assert.Equal((site.Name, 3), (figures.Site, figures.Steps));
        await site.AbortAsync(study.Key(0), CancellationToken.None);
        Assert.Equal(first, (await TrainAsync(study, site, 0, 2)).Hash);
    });

    /// <summary>Adam's moments are the committed ones once, however often the outcome is told.</summary>
    [Fact]
    public Task Commit_toldAgain_changesNothing() => WithAsync("fedavg", async (study, site) =>
    {
        await TrainAsync(study, site, 0, 1);
        await site.CommitAsync(study.Record(0, site), CancellationToken.None);
        var (once, _) = await TrainAsync(study, site, 1, 1);
        await site.CommitAsync(study.Record(0, site), CancellationToken.None);
        Assert.Equal(once, (await TrainAsync(study, site, 1, 2)).Hash);
    });

    [Fact]
    public Task Commit_thatCountsAnotherAttempt_rollsBack() => WithAsync("fedavg", async (study, site) =>
    {
        var (begin, _) = await TrainAsync(study, site, 1, 1);
        await site.AbortAsync(study.Key(1), CancellationToken.None);
        await TrainAsync(study, site, 0, 2);
        await site.CommitAsync(study.Record(0, site), CancellationToken.None);
        Assert.Equal(begin, (await TrainAsync(study, site, 1, 2)).Hash);
    });

    /// <summary>A lost commit is made up for by the next round's beginning.</summary>
    [Fact]
    public Task Train_withTheLastRecord_settlesIt() => WithAsync("fedavg", async (study, site) =>
    {
        await TrainAsync(study, site, 0, 1);
        var (settled, _) = await TrainAsync(study, site, 1, 1, study.Record(0, site));
        await site.AbortAsync(study.Key(1), CancellationToken.None);
        await site.CommitAsync(study.Record(0, site), CancellationToken.None);
        Assert.Equal(settled, (await TrainAsync(study, site, 1, 2)).Hash);
    });

    private static async Task<(string Hash, SiteRound Figures)> TrainAsync(MadeStudy study, ISite site, int round, int attempt, CommitRecord? last = null)
    {
        var global = study.Study.InitialOf(study.Study.SiteParts);
        var update = await site.TrainAsync(new RoundStart(new(study.Study.Id, round, attempt), global, last), CancellationToken.None);
        return (update.Parts.Hash(), update.Figures);
    }

    private async Task WithAsync(string algorithm, Func<MadeStudy, ISite, Task> test)
    {
        using var study = new MadeStudy(MadeStudy.Run(algorithm));
        ISite? site = null;
        await using (await BeginAsync(study, s => site = s)) await test(study, site!);
    }
}

/// <summary>The site itself.</summary>
public sealed class LocalSiteTests : SiteConformance
{
    private protected override Task<IAsyncDisposable> BeginAsync(MadeStudy study, Action<ISite> site)
    {
        site(study.Sites[0]);
        return Task.FromResult<IAsyncDisposable>(new MemoryStream());
    }
}
