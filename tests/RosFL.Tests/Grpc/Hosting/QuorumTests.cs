using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>A site goes away during a round: those that hold enough images end it without the site, which counts again in a later round.</summary>
public sealed class QuorumTests
{
    private const string Leaving = "hospital-3";

    [Fact]
    public async Task Site_thatIsGone_isLeftOutByTheQuorum_andJoinsALaterRound()
    {
        using var study = new HostedStudy(sites: 3, rounds: 40, new QuorumTerms { Sites = 2, Weight = 0.6, IdleSeconds = 3 });
        using var leave = new CancellationTokenSource();
        List<Task> sites = [];
        Task? back = null;
        var serving = study.ServeAsync(told =>
        {
            if (told is SimulationProgress.Stepped { Step: { Round: 1, Site: Leaving } }) leave.Cancel();
            if (back is not null || !leave.IsCancellationRequested || told is not SimulationProgress.Committed(var round) || round.Sites.Any(s => s.Site == Leaving)) return;
            study.Order.Give(OperatorWish.Pause); // or a quick machine would end all rounds before the site is back
            back = ComeBackAsync(study, sites[^1]);
        });
        sites.AddRange(study.Sites.Select(site => study.JoinAsync(site, site == Leaving ? leave.Token : CancellationToken.None)));
        await Assert.ThrowsAnyAsync<Exception>(() => sites[^1]);
        await serving;
        await Task.WhenAll(sites[0], sites[1]);
        await back!;
        await study.EndAsync();

        using var store = study.OpenStore();
        var records = store.Ledger.Records(HostedStudy.Name);
        Assert.Equal(40, records.Count);
        Assert.All(records, r => Assert.InRange(r.Decision.Survivors.Count, 2, 3));
        var without = records.First(r => r.Decision.Survivors.All(s => s.Site != Leaving));
        Assert.Contains(records, r => r.Key.Round > without.Key.Round && r.Decision.Survivors.Any(s => s.Site == Leaving));
        AssertOptimizersFollow(study, records);
    }

    /// <summary>When the process that left is over a new one of the site joins, and the rounds go on.</summary>
    private static async Task ComeBackAsync(HostedStudy study, Task left)
    {
        await left.ContinueWith(_ => { }, TaskScheduler.Default);
        var joined = study.JoinAsync(Leaving, CancellationToken.None);
        await Task.WhenAny(joined, study.HereAsync(Leaving));
        study.Order.Give(OperatorWish.Run);
        await joined;
    }

    /// <summary>What a site did in a round that does not count it is undone at both ends.</summary>
    private static void AssertOptimizersFollow(HostedStudy study, IReadOnlyList<CommitRecord> records)
    {
        var acknowledged = records.SelectMany(r => r.Decision.Survivors).GroupBy(s => s.Site).ToDictionary(s => s.Key, s => s.Sum(one => one.Steps));
        using var bodies = TwoVersions.Open(Path.Combine(study.FolderOf(HostedStudy.Computation), HostedStudy.Name));
        foreach (var site in study.Sites)
        {
            using var own = TwoVersions.Open(Path.Combine(study.FolderOf(site), HostedStudy.Name));
            var steps = own.Committed()!.Arrays.Concat(bodies.Committed()!.Arrays.Where(a => a.Name.StartsWith($"optimizer/{site}/", StringComparison.Ordinal)))
                .Where(a => a.Name.EndsWith(".step", StringComparison.Ordinal)).Select(a => (int)a.Values[0]).Distinct();
            Assert.Equal([acknowledged[site]], steps);
        }
    }
}
