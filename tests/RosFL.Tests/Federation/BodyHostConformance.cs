using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Tests.Federation;

/// <summary>What every <see cref="IBodyHost"/> does, in this process or another, also when it is told again.</summary>
public abstract class BodyHostConformance
{
    /// <summary>The coordinator's way to <paramref name="host"/>.</summary>
    private protected abstract Task<IAsyncDisposable> BeginAsync(BodyHost host, Action<IBodyHost> way);

    [Fact]
    public Task Prepare_toldAgain_isAnsweredAgain() => WithAsync(async (study, host) =>
    {
        var decision = await TrainedAsync(study, host, 0, 1);
        var first = await host.PrepareAsync(decision, CancellationToken.None);
        var again = await host.PrepareAsync(decision, CancellationToken.None);
        Assert.Equal((first.Hash, first.LargestChange), (again.Hash, again.LargestChange));
        Assert.Equal(first.Drift, again.Drift);
    });

    [Fact]
    public Task Begin_toldAgain_keepsWhatIsTrained() => WithAsync(async (study, host) =>
    {
        var decision = await TrainedAsync(study, host, 0, 1);
        await host.BeginAsync(new BodyRound(decision.Key, Names(study), null), CancellationToken.None);
        Assert.NotEmpty((await host.PrepareAsync(decision, CancellationToken.None)).Hash);
    });

    [Fact]
    public Task Prepare_ofAnotherAttemptOrStepCount_isLost() => WithAsync(async (study, host) =>
    {
        var decision = await TrainedAsync(study, host, 0, 1);
        foreach (var change in new Func<Survivor, Survivor>[] { s => s with { Attempt = 2 }, s => s with { Steps = s.Steps + 1 } })
            await Assert.ThrowsAsync<RoundLostException>(() => host.PrepareAsync(decision with { Survivors = [.. decision.Survivors.Select(change)] }, CancellationToken.None));
    });

    [Fact]
    public Task Commit_toldAgain_countsOnce() => WithAsync(async (study, host) =>
    {
        var record = await PreparedAsync(study, host, 0, 1, null);
        await host.CommitAsync(record, new HashSet<int>(), CancellationToken.None);
        await host.CommitAsync(record, new HashSet<int>(), CancellationToken.None);
        Assert.Equal(record.BodyHash, Convert.ToHexStringLower(study.Bodies!.State.Body.Hash()));
    });

    [Fact]
    public Task Abort_bringsBackTheRoundsStart() => WithAsync(async (study, host) =>
    {
        var first = await PreparedAsync(study, host, 0, 1, null);
        await host.AbortAsync(first.Key, CancellationToken.None);
        Assert.Equal(first.BodyHash, (await PreparedAsync(study, host, 0, 2, null)).BodyHash);
    });

    /// <summary>A lost commit is made up for by the next round's beginning.</summary>
    [Fact]
    public Task Begin_withTheLastRecord_settlesIt() => WithAsync(async (study, host) =>
    {
        var record = await PreparedAsync(study, host, 0, 1, null);
        await host.BeginAsync(new BodyRound(study.Key(1), Names(study), record), CancellationToken.None);
        Assert.Equal(record.BodyHash, Convert.ToHexStringLower(study.Bodies!.State.Body.Hash()));
    });

    private static IReadOnlyList<string> Names(MadeStudy study) => [.. study.Sites.Select(s => s.Name)];

    private static async Task<CommitRecord> PreparedAsync(MadeStudy study, IBodyHost host, int round, int attempt, CommitRecord? last)
    {
        var decision = await TrainedAsync(study, host, round, attempt, last);
        return new(decision, "", (await host.PrepareAsync(decision, CancellationToken.None)).Hash, last?.Hash ?? "");
    }

    /// <summary>A round that has begun and in which every site has trained.</summary>
    private static async Task<MergeDecision> TrainedAsync(MadeStudy study, IBodyHost host, int round, int attempt, CommitRecord? last = null)
    {
        var key = new RoundKey(study.Study.Id, round, attempt);
        await host.BeginAsync(new BodyRound(key, Names(study), last), CancellationToken.None);
        var survivors = new List<Survivor>();
        foreach (var site in study.Sites)
        {
            var update = await site.TrainAsync(new RoundStart(key, study.Study.InitialOf(study.Study.SiteParts), last), CancellationToken.None);
            await site.AbortAsync(key, CancellationToken.None);
            survivors.Add(new(site.Name, site.Weight, attempt, update.Figures.Steps));
        }
        return new(key, survivors);
    }

    private async Task WithAsync(Func<MadeStudy, IBodyHost, Task> test)
    {
        using var study = new MadeStudy(MadeStudy.Run("ros-fl"));
        IBodyHost? way = null;
        await using (await BeginAsync(study.Bodies!, w => way = w)) await test(study, way!);
    }
}

/// <summary>The body host itself.</summary>
public sealed class LocalBodyHostTests : BodyHostConformance
{
    private protected override Task<IAsyncDisposable> BeginAsync(BodyHost host, Action<IBodyHost> way)
    {
        way(host);
        return Task.FromResult<IAsyncDisposable>(new MemoryStream());
    }
}
