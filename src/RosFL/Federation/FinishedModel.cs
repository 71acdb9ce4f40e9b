using RosFL.Runs;
using RosFL.Scores;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>The model that a run folder stands for: after the best round by validation, the last where nothing was scored.</summary>
/// <param name="Round">Counted from 0.</param>
/// <param name="Site">Whose own model it is; empty for the model of all sites.</param>
/// <param name="Parts">Head, body and tail; no body where the algorithm has none.</param>
/// <param name="Record">By which the round counts.</param>
public sealed record FinishedModel(int Round, string Site, Model Parts, CommitRecord? Record)
{
    /// <param name="study">Of the folder's run.</param>
    /// <param name="site">Whose own model is wanted; counts where the algorithm leaves each site one.</param>
    /// <param name="bodyAfter">The body after a round where the run folder does not hold it; null where nobody has it here.</param>
    /// <exception cref="RosflException">No committed round, no body here, or no such site.</exception>
    public static FinishedModel Load(RunFolder folder, Study study, string site, Func<int, Weights>? bodyAfter)
    {
        using var store = RunStore.Open(folder.StorePath);
        var round = store.BestRound(Metrics.Primary(study.Run.Task), higherIsBetter: true)?.Round ?? store.LastRound()?.Round
            ?? throw new RosflException(ExitCode.InvalidRun, $"Run folder '{folder.Path}' has no committed round: let 'rosfl simulate' finish one.");
        var own = study.Algorithm.LeavesOwnModels;
        if (own) RefuseUnknown(site, study, [.. store.Sites().Select(s => s.Site)]);
        var state = SimulationState.From(new Checkpoints(folder, store).Load(round), study, own ? [site] : []);
        if (state.Rounds.Global.Parts.Count == 0)
            throw new RosflException(ExitCode.InvalidRun, $"Run folder '{folder.Path}' has no weights: under secure aggregation the sites alone hold heads and tails, in the folder 'secure-aggregation' of their own state.");
        var model = !own ? state.Rounds.Global : study.Algorithm.Merges ? state.Sites[site].Over(state.Rounds.Global) : state.Sites[site].Own ?? state.Rounds.Global;
        var record = store.Ledger.Record(study.Id, round);
        return new(round, own ? site : "", study.HasBodyHost ? model.With(Body(state.Bodies?.Body ?? bodyAfter?.Invoke(round), record, folder)) : model, record);
    }

    private static Model Body(Weights? body, CommitRecord? record, RunFolder folder)
    {
        if (body is null)
            throw new RosflException(ExitCode.InvalidRun, $"Run folder '{folder.Path}' holds heads and tails and no body, which is at the computation server: use the configuration of a site instead.");
        if (record is { BodyHash.Length: > 0 } && record.BodyHash != Convert.ToHexStringLower(body.Hash()))
            throw new RosflException(ExitCode.InvalidFile, $"The body beside run folder '{folder.Path}' is not the one that {record.Key} committed: restore the folder of the computation server.");
        return new(new Dictionary<PartName, Weights> { [PartName.Body] = body });
    }

    private static void RefuseUnknown(string site, Study study, IReadOnlyList<string> sites)
    {
        if (!sites.Contains(site))
            throw new RosflException(ExitCode.Usage,
                $"Algorithm '{study.Algorithm.Name}' leaves each site a model of its own and {(site.Length == 0 ? "none was named" : $"'{site}' is no site that trained")}: name one with --site ({string.Join(", ", sites)}).");
    }
}
