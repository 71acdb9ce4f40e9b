using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Bench;

/// <summary>The simulation's own rounds, sites and computation server on noise, without run folder and scores.</summary>
internal sealed class BenchStudy : IDisposable
{
    private readonly TorchThread thread;
    private readonly RoundLedger ledger = RoundLedger.Open(":memory:");
    private readonly Rounds rounds;
    private readonly Study study;

    public BenchStudy(RunOptions run, int sites, int images, int size, Action<StepRecord>? onStep = null)
    {
        study = new Study(run);
        thread = new TorchThread("bench", run.Machine.Threads);
        string[] names = [.. Enumerable.Range(0, sites).Select(i => $"site-{i}")];
        var bodies = new BodyHost(study);
        IReadOnlyList<ISite> members = [.. names.Select(name =>
            new Site(name, study, new NoiseItems(run, images, size), null, bodies.Open, thread, onStep))];
        rounds = new Rounds(study, members, bodies, ledger, RoundPolicy.AllSites, round => ledger.Commit(round.Decision), (_, _) => Task.CompletedTask);
    }

    /// <summary>All rounds of the run.</summary>
    public void Run() => rounds.RunAsync(RoundState.Begin(study), CancellationToken.None).GetAwaiter().GetResult();

    public void Dispose()
    {
        thread.Dispose();
        ledger.Dispose();
    }
}
