using RosFL.Runs;

namespace RosFL.Federation;

/// <summary>A site's committed state and, until the outcome of a round is known, the prepared one beside it.</summary>
/// <param name="durable">Keeps both across a restart; null where somebody else stores them.</param>
public sealed class SiteVersions(string site, Study study, TwoVersions? durable)
{
    private SiteState? committed;
    private (RoundKey Key, SiteState State)? prepared;

    public SiteState Committed
    {
        get => committed ??= durable?.Committed() is { } version ? SiteState.From(version.Arrays, study) : SiteState.Empty;
        set => (committed, prepared) = (value, null);
    }

    public SiteState? Prepared => Open()?.State;

    /// <summary>Where an attempt begins.</summary>
    public SiteState Start => Guards.Holds(Guards.OptimizerRollback) ? Committed : Prepared ?? Committed;

    /// <summary>Keeps the state after a site's attempt, on disk when this returns.</summary>
    public void Prepare(RoundKey key, SiteState state)
    {
        durable?.Prepare(new(key, state.ToArrays(), ""));
        prepared = (key, state);
        CrashPoint.Reach("site-prepared");
    }

    /// <summary>The outcome of a round, also when it is told again: what was prepared for it counts or is forgotten.</summary>
    /// <exception cref="RosflException">The record counts an attempt that this site did not keep.</exception>
    public void Settle(CommitRecord record)
    {
        if (Open() is { } open && open.Key.Round <= record.Key.Round)
            if (open.Key.Round == record.Key.Round && record.Decision.Counts(site, open.Key.Attempt)) Commit(record, open);
            else Forget();
        if (durable is null || durable.LastRecord?.Hash == record.Hash || record.Decision.Survivors.All(s => s.Site != site)) return;
        throw new RosflException(ExitCode.CannotResume,
            $"Site '{site}' counts in {record.Key} and its state ends with {durable.LastRecord?.Key.ToString() ?? "no round"}: restore the site's folder.");
    }

    /// <summary>The attempt does not count.</summary>
    public void Abort(RoundKey key)
    {
        if (Open() is { } open && open.Key.Round == key.Round) Forget();
    }

    /// <summary>After a restart the prepared state is the one on disk.</summary>
    private (RoundKey Key, SiteState State)? Open() =>
        prepared ??= durable?.Prepared() is { } version ? (version.Key, SiteState.From(version.Arrays, study)) : null;

    private void Commit(CommitRecord record, (RoundKey Key, SiteState State) open)
    {
        CrashPoint.Reach("site-told");
        durable?.Commit(record, open.Key.Attempt);
        CrashPoint.Reach("site-committed");
        Committed = open.State;
    }

    private void Forget()
    {
        durable?.Abort();
        prepared = null;
    }
}
