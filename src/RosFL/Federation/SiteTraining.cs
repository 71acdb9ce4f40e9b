using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Federation;

/// <summary>A site that ended its part of a round.</summary>
public sealed record TrainedSite(ISite Site, Survivor Survivor, SiteUpdate Update)
{
    /// <summary>With what the site sent and received for the merge, beside the numbers that are merged.</summary>
    public TrainedSite With(SessionBytes bytes) => this with
    {
        Update = Update with { Figures = Update.Figures with { BytesUp = Update.Figures.BytesUp + bytes.Up, BytesDown = Update.Figures.BytesDown + bytes.Down } },
    };
}

/// <summary>
/// The sites' part of an attempt. A site that comes back without its work redoes it, from the round's start and with a higher attempt
/// number, while the others go on; where sites share one body or pass a model on, the round begins anew instead. A site that is gone is
/// left out, and joins again when it is back at a round's beginning.
/// </summary>
public sealed class SiteTraining(Study study, RoundLedger ledger, RoundPolicy policy, Action<int, string>? notice)
{
    private readonly HashSet<ISite> away = [];

    /// <summary>Whether one site's steps follow from another's, so that none can be redone or left out alone.</summary>
    private bool IsChained => study.Algorithm.Body == BodyPlace.Shared || study.Algorithm.Order == SiteOrder.Relay;

    /// <summary>The sites to begin an attempt with: all but those that are gone and not back; waits where these are not enough.</summary>
    public async Task<IReadOnlyList<ISite>> HereAsync(IReadOnlyList<ISite> sites, CancellationToken cancellation)
    {
        while (true)
        {
            List<ISite> gone;
            lock (away)
            {
                away.RemoveWhere(s => s.IsHere);
                gone = [.. away];
            }
            List<ISite> here = [.. sites.Except(gone)];
            if (gone.Count == 0 || policy.Refuses([.. here.Select(s => new Survivor(s.Name, s.Weight, 0, 0))], sites) is null) return here;
            await await Task.WhenAny(gone.Select(s => s.HereAsync(cancellation)));
        }
    }

    /// <summary>The sites that ended their part, in site order.</summary>
    /// <exception cref="RoundLostException">The round has to be repeated.</exception>
    /// <param name="failure">Cancelled as soon as one site fails.</param>
    public async Task<IReadOnlyList<TrainedSite>> TrainAsync(IReadOnlyList<ISite> sites, RoundState state, RoundKey key, CancellationTokenSource failure)
    {
        if (study.Algorithm.Order == SiteOrder.Relay) return await RelayAsync(sites, state, key, failure.Token);
        var start = new RoundStart(key, state.Global, state.Last);
        var tasks = sites.Select(s => GuardedAsync(() => TrainAsync(s, start, failure.Token), failure)).ToList();
        await Task.WhenAll(tasks.Select(t => ((Task)t).ContinueWith(_ => { }, TaskScheduler.Default)));
        // a site that failed, not those that were cancelled for it
        if (tasks.FirstOrDefault(t => t.IsFaulted) is { } failed) await failed;
        return [.. (await Task.WhenAll(tasks)).OfType<TrainedSite>()];
    }

    private async Task<IReadOnlyList<TrainedSite>> RelayAsync(IReadOnlyList<ISite> sites, RoundState state, RoundKey key, CancellationToken cancellation)
    {
        var trained = new List<TrainedSite>();
        var (model, travelling) = (state.Global, state.Travelling ?? []);
        foreach (var site in sites)
        {
            var one = await TrainAsync(site, new RoundStart(key, model, state.Last, travelling), cancellation);
            (model, travelling) = (one!.Update.Parts, one.Update.Travelling!); // chained: a site that is gone has ended the attempt
            trained.Add(one);
        }
        return trained;
    }

    /// <summary>Cancels the others as soon as one fails.</summary>
    private static async Task<TrainedSite?> GuardedAsync(Func<Task<TrainedSite?>> train, CancellationTokenSource failure)
    {
        try
        {
            return await train();
        }
        catch
        {
            await failure.CancelAsync();
            throw;
        }
    }

    /// <summary>One site's part; null when it is left out.</summary>
    private async Task<TrainedSite?> TrainAsync(ISite site, RoundStart start, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var update = await site.TrainAsync(start, cancellation);
                return new(site, new Survivor(site.Name, site.Weight, start.Key.Attempt, update.Figures.Steps), update);
            }
            catch (SiteLostException lost)
            {
                notice?.Invoke(start.Key.Round, lost.Message);
                if (lost.IsGone) lock (away) away.Add(site);
                if (IsChained) throw new RoundLostException(lost.Message, lost);
                if (lost.IsGone) return null;
                start = start with { Key = start.Key with { Attempt = ledger.NextAttempt(start.Key.Study, start.Key.Round) } };
            }
        }
    }
}
