using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>
/// The aggregation server's loop: begin, train the sites, merge heads and tails and merge bodies by the same pure function, prepare,
/// commit, and hand the committed round to whoever scores it.
/// </summary>
/// <param name="bodies">Null where no computation server takes part.</param>
/// <param name="commit">The one durable decision: when it returns, the round counts.</param>
/// <param name="committed">After the commit, with the model that counts; may fail without undoing it.</param>
public sealed class Rounds(
    Study study, IReadOnlyList<ISite> sites, IBodyHost? bodies, Action<CommittingRound> commit, Func<RoundState, CancellationToken, Task> committed)
{
    private readonly IReadOnlyList<long> weights = [.. sites.Select(s => s.Weight)];

    public async Task<RoundState> RunAsync(RoundState state, CancellationToken cancellation)
    {
        while (state.Round < study.Run.Rounds)
        {
            try
            {
                state = await RunOneAsync(state, cancellation);
            }
            catch
            {
                await AbortAsync(state.Round);
                throw;
            }
            await committed(state, cancellation);
        }
        return state;
    }

    private async Task<RoundState> RunOneAsync(RoundState state, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var round = state.Round;
        if (bodies is not null) await bodies.BeginAsync(round, cancellation);

        var updates = study.Algorithm.Order == SiteOrder.Relay
            ? await RelayAsync(state, cancellation)
            : await Task.WhenAll(sites.Select(s => s.TrainAsync(new RoundStart(round, state.Global), cancellation)));

        var merged = Merge(state, updates);
        var body = bodies is null ? null
            : await bodies.PrepareAsync(new MergeDecision(round, [.. sites.Select(s => s.Name)], weights), cancellation);

        var next = new RoundState(round + 1,
            study.Algorithm.Merges ? new(merged.ToDictionary(m => m.Key, m => m.Value.Weights)) : state.Global,
            merged.ToDictionary(m => m.Key, m => m.Value.Memory), updates[^1].Travelling, "");
        var record = Record(state, next, merged, body, updates, clock.Elapsed);
        next = next with { LastHash = record.Hash };
        commit(new CommittingRound(record, next, new(merged.ToDictionary(m => m.Key, m => m.Value.Mean))));

        if (bodies is not null) await bodies.CommitAsync(round, cancellation);
        foreach (var site in sites) await site.CommitAsync(round, cancellation);
        return next;
    }

    private async Task<SiteUpdate[]> RelayAsync(RoundState state, CancellationToken cancellation)
    {
        var updates = new List<SiteUpdate>();
        var (model, travelling) = (state.Global, state.Travelling ?? []);
        foreach (var site in sites)
        {
            var update = await site.TrainAsync(new RoundStart(state.Round, model, travelling), cancellation);
            (model, travelling) = (update.Parts, update.Travelling!);
            updates.Add(update);
        }
        return [.. updates];
    }

    /// <summary>Heads and tails (and bodies that the sites hold) in site order; after a relay the last site's stand for all.</summary>
    private Dictionary<PartName, MergedPart> Merge(RoundState state, IReadOnlyList<SiteUpdate> updates)
    {
        if (!study.Algorithm.Merges) return [];
        if (study.Algorithm.Order == SiteOrder.Relay)
            return study.SiteParts.ToDictionary(p => p, p => new MergedPart(updates[^1].Parts[p], updates[^1].Parts[p], [], 0));
        return study.SiteParts.ToDictionary(p => p, p => PartMerge.Of(
            study, p, [.. updates.Select(u => u.Parts[p])], weights,
            study.AnchorOf(p, state.Round, state.Global[p]), state.Round, state.Memories.GetValueOrDefault(p, [])));
    }

    private RoundRecord Record(
        RoundState state, RoundState next, Dictionary<PartName, MergedPart> merged, BodyMerge? body, IReadOnlyList<SiteUpdate> updates, TimeSpan time)
    {
        double Change(PartName part) => merged.TryGetValue(part, out var m) ? m.LargestChange : part == PartName.Body ? body?.LargestChange ?? 0 : 0;
        var figures = updates.Select((u, i) => body is null ? u.Figures : u.Figures with { DriftBody = body.Drift[i] }).ToList();
        var modelHash = study.Algorithm.Merges ? Hash(next.Global.Hash(), body?.Hash ?? "") : Hash([.. updates.Select(u => u.Parts.Hash())]);
        return new RoundRecord(
            state.Round, time.TotalSeconds, new StepTime(state.Round, 0, 1).LearningRate(study.Run.Training, study.Run.Rounds),
            study.Algorithm.Correction is null ? 0 : WeightCorrection.Alpha(state.Round),
            Change(PartName.Head), Change(PartName.Body), Change(PartName.Tail), modelHash, state.LastHash,
            Hash([$"{state.Round}", .. sites.Select(s => s.Name), modelHash, state.LastHash]), figures);
    }

    private static string Hash(params IReadOnlyList<string> texts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', texts))));

    private async Task AbortAsync(int round)
    {
        if (bodies is not null) await bodies.AbortAsync(round, CancellationToken.None);
        foreach (var site in sites) await site.AbortAsync(round, CancellationToken.None);
    }
}
