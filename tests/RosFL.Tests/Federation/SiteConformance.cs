using RosFL.Federation;
using RosFL.Imaging;
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

    /// <summary>The site trains on from the head, tail and moments of the one before it.</summary>
    [Fact]
    public Task Train_inARelay_goesOnFromTheSiteBefore() => WithAsync("split", async (study, site) =>
    {
        var update = await RelayAsync(study, site);
        using var alone = new MadeStudy(MadeStudy.Run("split"));
        var expected = await RelayAsync(alone, alone.Sites[0]);
        Assert.Equal(expected.Parts.Hash(), update.Parts.Hash());
        Assert.Equal(expected.Travelling!.Select(a => a.Name), update.Travelling!.Select(a => a.Name));
        Assert.Equal(expected.Travelling!.SelectMany(a => a.Values), update.Travelling!.SelectMany(a => a.Values));
        using var forgetful = new MadeStudy(MadeStudy.Run("split"));
        Assert.NotEqual(expected.Parts.Hash(), (await RelayAsync(forgetful, forgetful.Sites[0], handOn: false)).Parts.Hash());
    });

    /// <summary>Scores say of which round, split and model they are, and are those of the same weights anywhere.</summary>
    [Theory]
    [InlineData("global")]
    [InlineData(EvaluationOrder.InputName)]
    public async Task Evaluate_scoresTheModelItIsGiven(string model)
    {
        using var study = MadeStudy.WithImages();
        using var alone = MadeStudy.WithImages();
        ISite? site = null;
        await using (await BeginAsync(study, s => site = s))
        {
            var order = new EvaluationOrder(7, Split.Test, study.Study.InitialOf(study.Study.SiteParts), model, "test");
            var scores = await site!.EvaluateAsync(order, CancellationToken.None);
            var expected = await alone.Sites[0].EvaluateAsync(order, CancellationToken.None);
            Assert.NotEmpty(scores);
            Assert.All(scores, s => Assert.Equal((7, "test", site.Name, model), (s.Round, s.Split, s.Site, s.Model)));
            Assert.Equal(expected.Select(s => (s.Metric, s.Value)), scores.Select(s => (s.Metric, s.Value)));
            Assert.Contains(scores, s => s.Case == "pooled");
        }
    }

    /// <summary>Another site trains first, then this one.</summary>
    private static async Task<SiteUpdate> RelayAsync(MadeStudy study, ISite site, bool handOn = true)
    {
        var key = study.Key(0);
        await study.Bodies!.BeginAsync(new BodyRound(key, [study.Sites[1].Name, site.Name], null), CancellationToken.None);
        var before = await study.Sites[1].TrainAsync(new RoundStart(key, study.Study.InitialOf(study.Study.SiteParts), Travelling: []), CancellationToken.None);
        return await site.TrainAsync(new RoundStart(key, before.Parts, Travelling: handOn ? before.Travelling : []), CancellationToken.None);
    }

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
