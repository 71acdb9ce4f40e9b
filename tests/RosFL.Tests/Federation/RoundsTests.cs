using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Tests.Federation;

/// <summary>Sites that lose their work, or are gone: what is redone, what is repeated, who is left out, and that the bits do not show it.</summary>
public sealed class RoundsTests
{
    private static readonly RoundPolicy TwoOfThree = new() { Sites = 2, Share = 0.5 };

    /// <summary>The site redoes its own part under a higher attempt; its first body, optimizers and update leave no trace.</summary>
    [Theory]
    [InlineData("fedavg")]
    [InlineData("splitfed-v1")]
    [InlineData("ros-fl")]
    public async Task Rounds_whenASiteLosesItsWork_redoIt(string algorithm)
    {
        var run = MadeStudy.Run(algorithm);
        using var study = new MadeStudy(run);
        var end = await RunAsync(study, RoundPolicy.AllSites, site => new(site)
        {
            AfterTraining = start => site.Name == "east" && start.Key is { Round: 1, Attempt: 1 } ? LosingSite.Restarted(site.Name) : null,
        });
        Assert.Equal(await MadeStudy.HashAsync(run), study.Whole(end).Hash());
        Assert.Equal([1, 2, 1], study.Ledger.Record(study.Study.Id, 1)!.Decision.Survivors.Select(s => s.Attempt));
    }

    /// <summary>Where one site's steps follow from another's, nothing can be redone alone.</summary>
    [Theory]
    [InlineData("split")]
    [InlineData("splitfed-v2")]
    public async Task Rounds_whenAChainedSiteLosesItsWork_areRepeated(string algorithm)
    {
        var run = MadeStudy.Run(algorithm);
        using var study = new MadeStudy(run);
        var end = await RunAsync(study, RoundPolicy.AllSites, site => new(site)
        {
            AfterTraining = start => site.Name == "east" && start.Key is { Round: 1, Attempt: 1 } ? LosingSite.Restarted(site.Name) : null,
        });
        Assert.Equal(await MadeStudy.HashAsync(run), study.Whole(end).Hash());
        var record = study.Ledger.Record(study.Study.Id, 1)!;
        Assert.Equal(2, record.Key.Attempt);
        Assert.All(record.Decision.Survivors, survivor => Assert.Equal(2, survivor.Attempt));
    }

    /// <summary>A site that trained and is then gone counts as little as one that never trained, at both ends; it is back in the next round.</summary>
    [Theory]
    [InlineData("fedavg")]
    [InlineData("splitfed-v1")]
    [InlineData("split")]
    [InlineData("splitfed-v2")]
    public async Task Rounds_whenASiteIsGone_rollItBackAtBothEnds(string algorithm)
    {
        var (never, neverRecord) = await GoneInRoundOneAsync(algorithm, afterTraining: false);
        var (trained, trainedRecord) = await GoneInRoundOneAsync(algorithm, afterTraining: true);
        Assert.Equal(["north", "south"], neverRecord.Decision.Survivors.Select(s => s.Site));
        Assert.Equal(neverRecord.ModelHash, trainedRecord.ModelHash);
        Assert.Equal(never, trained);
    }

    /// <summary>The test above would notice a computation server that merges whatever bodies it has.</summary>
    [Fact]
    public async Task Rounds_thatMergeEveryBodyThatIsThere_areNoticed()
    {
        var (_, never) = await GoneInRoundOneAsync("splitfed-v1", afterTraining: false);
        Guards.Disabled = Guards.Survivors;
        try
        {
            var (_, trained) = await GoneInRoundOneAsync("splitfed-v1", afterTraining: true);
            Assert.NotEqual(never.BodyHash, trained.BodyHash);
        }
        finally
        {
            Guards.Disabled = null;
        }
    }

    [Fact]
    public async Task Rounds_withoutQuorum_waitForTheSiteAndRepeat()
    {
        var run = MadeStudy.Run("splitfed-v1");
        using var study = new MadeStudy(run);
        LosingSite? east = null;
        var end = await RunAsync(study, RoundPolicy.AllSites, site =>
        {
            LosingSite? made = null;
            made = new LosingSite(site) { ReturnsWhenAwaited = true, AfterTraining = start => site.Name == "east" && start.Key is { Round: 1, Attempt: 1 } ? made!.Leave() : null };
            return site.Name == "east" ? east = made : made;
        });
        Assert.Equal(1, east!.Awaited);
        Assert.Equal(await MadeStudy.HashAsync(run), study.Whole(end).Hash());
        Assert.Equal(RoundStage.Aborted, study.Ledger.StageOf(study.Key(1)));
    }

    [Theory]
    [InlineData(0, 1, 3, false)]
    [InlineData(0, 1, 2, true)]
    [InlineData(2, 0.5, 2, false)]
    [InlineData(2, 0.9, 2, true)]
    [InlineData(2, 0.5, 1, true)]
    public void Policy_counts(int sites, double share, int survivors, bool refused)
    {
        using var study = new MadeStudy(MadeStudy.Run("fedavg"));
        var policy = new RoundPolicy { Sites = sites, Share = share };
        Assert.Equal(refused, policy.Refuses([.. study.Sites.Take(survivors).Select(s => new Survivor(s.Name, s.Weight, 1, 1))], [.. study.Sites]) is not null);
    }

    private static async Task<(string Hash, CommitRecord Record)> GoneInRoundOneAsync(string algorithm, bool afterTraining)
    {
        using var study = new MadeStudy(MadeStudy.Run(algorithm));
        LosingSite? east = null;
        Exception? Gone(RoundStart start, bool now) => now && start.Key.Round == 1 ? east!.Leave() : null;
        var end = await RunAsync(study, TwoOfThree,
            site => site.Name != "east" ? new(site) : east = new(site) { BeforeTraining = start => Gone(start, !afterTraining), AfterTraining = start => Gone(start, afterTraining) },
            committed: state =>
            {
                if (state.Round == 2) east!.Return();
            });
        Assert.Equal(3, study.Ledger.Record(study.Study.Id, 2)!.Decision.Survivors.Count);
        return (study.Whole(end).Hash(), study.Ledger.Record(study.Study.Id, 1)!);
    }

    private static async Task<RoundState> RunAsync(MadeStudy study, RoundPolicy policy, Func<Site, LosingSite> wrap, Action<RoundState>? committed = null)
    {
        ISite[] sites = [.. study.Sites.Select(wrap)];
        return await new Rounds(study.Study, sites, study.Bodies, study.Ledger, policy, round => study.Ledger.Commit(round.Decision), (state, _) =>
        {
            committed?.Invoke(state);
            return Task.CompletedTask;
        }).RunAsync(RoundState.Begin(study.Study), CancellationToken.None);
    }
}
