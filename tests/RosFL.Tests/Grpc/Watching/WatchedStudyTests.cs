using RosFL.Grpc.Watching;
using RosFL.Grpc.Wire;
using RosFL.Tests.Grpc.Hosting;

namespace RosFL.Tests.Grpc.Watching;

/// <summary>What listeners hear of a study of real parties: rounds, steps and their stages, bytes, the queue at the computation server.</summary>
public sealed class WatchedStudyTests
{
    private const int Rounds = 2;

    [Fact]
    public async Task Study_isMeasuredAndTraced()
    {
        using var heard = new Listeners();
        using var study = new HostedStudy(sites: 2, Rounds);
        var serving = study.ServeAsync(_ => { });
        await foreach (var ended in Task.WhenEach([serving, .. study.Sites.Select(site => study.JoinAsync(site, CancellationToken.None))])) await ended;
        await study.EndAsync();

        using var store = study.OpenStore();
        var records = store.Ledger.Records(HostedStudy.Name);
        var (steps, sites) = (records.Sum(r => r.Decision.Survivors.Sum(s => s.Steps)), study.Sites.Count);
        Assert.Equal(records.Select(r => r.Hash), heard.Spans.Where(s => s.OperationName == "round").Select(s => s.GetTagItem("record")));
        foreach (var half in new[] { "forward", "backward" })
        {
            var spans = heard.Spans.Where(s => s.OperationName == $"body {half}").ToList();
            Assert.Equal(steps, spans.Count);
            Assert.All(spans, s => Assert.Equal(HostedStudy.Name, s.GetTagItem("study")));
            Assert.Equal([0, 1], spans.Select(s => (int)s.GetTagItem("round")!).Distinct().Order());
        }

        int Stages(string stage) => heard.Of("rosfl.step.duration").Count(m => m.Labels == $"study={HostedStudy.Name} stage={stage}");
        Assert.Equal([steps, steps, steps, steps - Rounds * sites], new[] { "forward", "tail", "backward", "head" }.Select(Stages));
        Assert.Equal(Rounds, heard.Of("rosfl.rounds").Sum(m => m.Value));
        Assert.Equal(steps, heard.Of("rosfl.steps").Sum(m => m.Value));
        Assert.All(study.Sites, site => Assert.True(heard.Of("rosfl.site.sent").Where(m => m.Labels == $"study={HostedStudy.Name} site={site}").Sum(m => m.Value) > 0));
        Assert.Empty(heard.Of("rosfl.drops"));
        Assert.Contains(heard.Of("rosfl.body.inflight"), m => m.Value > 0);
        Assert.Equal(0, heard.Of("rosfl.body.inflight").Sum(m => m.Value));
    }

    [Fact]
    public async Task Queue_showsWhatIsInUseAndWhatWaits()
    {
        using var heard = new Listeners();
        (double, double) Now() => (heard.Of("rosfl.body.inflight").Sum(m => m.Value), heard.Of("rosfl.body.waiting").Sum(m => m.Value));
        var budget = new ByteBudget(100, (inFlight, waiting) => StudyMetrics.Queue("queued", inFlight, waiting));
        var first = await budget.TakeAsync(60, default);
        using var gone = new CancellationTokenSource();
        var (second, third) = (budget.TakeAsync(70, default), budget.TakeAsync(5, gone.Token));
        Assert.Equal((60, 75), Now());
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        Assert.Equal((60, 70), Now());
        first.Dispose();
        Assert.Equal((70, 0), Now());
        (await second).Dispose();
        Assert.Equal((0, 0), Now());
    }
}
