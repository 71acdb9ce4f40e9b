using System.Diagnostics;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>
/// The aggregation server's loop: begin, train the sites, decide who counts, merge heads and tails and merge bodies by the same pure
/// function, prepare, commit, and hand the committed round to whoever scores it. An attempt that fails before the decision is undone
/// everywhere; after it, nothing undoes it.
/// </summary>
/// <param name="bodies">Null where no computation server takes part.</param>
/// <param name="commit">The one durable decision: when it returns, the round counts.</param>
/// <param name="committed">After the commit, with the model that counts, and again after a restart; may fail without undoing it.</param>
/// <param name="merge">Who calls that function; the aggregation server when null.</param>
/// <param name="keep">Rounds whose bodies the computation server keeps beside the last two.</param>
public sealed class Rounds(
    Study study, IReadOnlyList<ISite> sites, IBodyHost? bodies, RoundLedger ledger, RoundPolicy policy,
    Action<CommittingRound> commit, Func<RoundState, CancellationToken, Task> committed, Func<IReadOnlySet<int>>? keep = null, Action<int, string>? notice = null,
    IRoundMerge? merge = null)
{
    private readonly SiteTraining training = new(study, ledger, policy, notice);
    private readonly IRoundMerge merge = merge ?? new PlainMerge(study);

    public async Task<RoundState> RunAsync(RoundState state, CancellationToken cancellation)
    {
        // a decision that was made before a restart may not have reached everybody, nor its model been scored
        if (state.Last is { } last)
        {
            await TellAsync(last, sites, cancellation);
            await committed(state, cancellation);
        }
        while (state.Round < study.Run.Rounds)
        {
            state = await RunOneAsync(state, cancellation);
            await committed(state, cancellation);
        }
        return state;
    }

    /// <summary>Attempts a round until one attempt counts.</summary>
    private async Task<RoundState> RunOneAsync(RoundState state, CancellationToken cancellation)
    {
        while (true)
        {
            var key = ledger.Begin(study.Id, state.Round);
            CrashPoint.Reach("aggregate-begun");
            try
            {
                var (round, participants) = await AttemptAsync(state, key, cancellation);
                commit(round);
                CrashPoint.Reach("aggregate-decided");
                await TellAsync(round.Decision, participants, cancellation);
                return round.Next;
            }
            catch (RoundLostException lost) when (ledger.StageOf(key) != RoundStage.Committed)
            {
                notice?.Invoke(state.Round, lost.Message);
                await AbortAsync(key);
            }
            catch when (ledger.StageOf(key) != RoundStage.Committed)
            {
                await AbortAsync(key);
                throw;
            }
        }
    }

    private async Task<(CommittingRound Round, IReadOnlyList<ISite> Sites)> AttemptAsync(RoundState state, RoundKey key, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        // 1. begin, with the sites that are here
        var here = await training.HereAsync(sites, cancellation);
        if (bodies is not null) await bodies.BeginAsync(new BodyRound(key, [.. here.Select(s => s.Name)], state.Last), failure.Token);
        ledger.Move(key, RoundStage.Begun, RoundStage.Training);

        // 2. train; a site that fails ends the attempt for all, one that is gone is left out
        var trained = await training.TrainAsync(here, state, key, failure);
        CrashPoint.Reach("aggregate-trained");

        // 3. heads and tails, and bodies that the sites hold
        RefuseIfTooFew(trained);
        var (counted, merged, hash) = await merge.MergeAsync(state, key, trained, failure.Token);

        // 4. decide who counts: who is in the mean
        RefuseIfTooFew(counted);
        var decision = new MergeDecision(key, [.. counted.Select(t => t.Survivor)]);
        IReadOnlyList<SiteUpdate> updates = [.. counted.Select(t => t.Update)];
        ledger.Move(key, RoundStage.Training, RoundStage.Merged);

        // 5. bodies; everybody who counts has both versions on disk when this returns
        var body = bodies is null ? null : await bodies.PrepareAsync(decision, cancellation);
        ledger.Move(key, RoundStage.Merged, RoundStage.Prepared);
        CrashPoint.Reach("aggregate-prepared");

        var parts = study.Algorithm.Merges ? new Model(merged.ToDictionary(m => m.Key, m => m.Value.Weights)) : state.Global;
        var record = new CommitRecord(decision, hash ?? PartsHash(parts, updates), body?.Hash ?? "", state.Last?.Hash ?? "");
        var next = new RoundState(state.Round + 1, parts, merged.ToDictionary(m => m.Key, m => m.Value.Memory), updates[^1].Travelling, record);
        return (new CommittingRound(Figures(record, merged, body, updates, clock.Elapsed), record, next, new(merged.ToDictionary(m => m.Key, m => m.Value.Mean))), here);
    }

    private async Task TellAsync(CommitRecord record, IReadOnlyList<ISite> participants, CancellationToken cancellation)
    {
        if (bodies is not null) await bodies.CommitAsync(record, keep?.Invoke() ?? new HashSet<int>(), cancellation);
        await Task.WhenAll(participants.Select(s => s.CommitAsync(record, cancellation)));
        CrashPoint.Reach("aggregate-told");
    }

    private async Task AbortAsync(RoundKey key)
    {
        ledger.Abort(key);
        if (bodies is not null) await bodies.AbortAsync(key, CancellationToken.None);
        await Task.WhenAll(sites.Select(s => s.AbortAsync(key, CancellationToken.None)));
    }

    private void RefuseIfTooFew(IReadOnlyList<TrainedSite> trained)
    {
        if (policy.Refuses([.. trained.Select(t => t.Survivor)], sites) is { } refusal) throw new RoundLostException(refusal);
    }

    private string PartsHash(Model parts, IReadOnlyList<SiteUpdate> updates) =>
        study.Algorithm.Merges ? parts.Hash() : string.Join(' ', updates.Select(u => u.Parts.Hash()));

    private RoundRecord Figures(CommitRecord record, IReadOnlyDictionary<PartName, MergedPart> merged, BodyMerge? body, IReadOnlyList<SiteUpdate> updates, TimeSpan time)
    {
        var round = record.Key.Round;
        double Change(PartName part) => merged.TryGetValue(part, out var m) ? m.LargestChange : part == PartName.Body ? body?.LargestChange ?? 0 : 0;
        return new RoundRecord(
            round, time.TotalSeconds, new StepTime(round, 0, 1).LearningRate(study.Run.Training, study.Run.Rounds),
            study.Algorithm.Correction is null ? 0 : WeightCorrection.Alpha(round),
            Change(PartName.Head), Change(PartName.Body), Change(PartName.Tail), record.ModelHash, record.PreviousHash, record.Hash,
            [.. updates.Select((u, i) => body is null ? u.Figures : u.Figures with { DriftBody = body.Drift[i] })]);
    }
}
