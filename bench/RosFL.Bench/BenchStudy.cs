using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Bench;

/// <summary>The simulation's own rounds, sites and computation server on noise, without run folder and scores.</summary>
internal sealed class BenchStudy(RunOptions run, int sites, int images, int size, Action<StepRecord>? onStep = null) : IDisposable
{
    private readonly TorchThread thread = new("bench", run.Machine.Threads);
    private readonly Study study = new(run);

    /// <summary>All rounds of the run, from the beginning: parties and ledger are new, since a round is committed once.</summary>
    public void Run()
    {
        using var ledger = RoundLedger.Open(":memory:");
        var bodies = new BodyHost(study);
        IReadOnlyList<ISite> members = [.. Enumerable.Range(0, sites).Select(i =>
            new Site($"site-{i}", study, new NoiseItems(run, images, size), null, bodies.Open, thread, onStep))];
        var rounds = new Rounds(study, members, bodies, ledger, RoundPolicy.AllSites, round => ledger.Commit(round.Decision), (_, _) => Task.CompletedTask);
        rounds.RunAsync(RoundState.Begin(study), CancellationToken.None).GetAwaiter().GetResult();
    }

    public void Dispose() => thread.Dispose();
}
