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
    /// <param name="elsewhere">The parts after a round that other parties hold, where their folders are here too; null where they are not.</param>
    /// <exception cref="RosflException">No committed round, a part that is not here, or no such site.</exception>
    public static FinishedModel Load(RunFolder folder, Study study, string site, Func<int, Model>? elsewhere)
    {
        using var store = RunStore.Open(folder.StorePath);
        var round = store.BestRound(Metrics.Primary(study.Run.Task), higherIsBetter: true)?.Round ?? store.LastRound()?.Round
            ?? throw new RosflException(ExitCode.InvalidRun, $"Run folder '{folder.Path}' has no committed round: let 'rosfl simulate' finish one.");
        var own = study.Algorithm.LeavesOwnModels;
        if (own) RefuseUnknown(site, study, [.. store.Sites().Select(s => s.Site)]);
        var state = SimulationState.From(new Checkpoints(folder, store).Load(round), study, own ? [site] : []);
        var model = !own ? state.Rounds.Global : study.Algorithm.Merges ? state.Sites[site].Over(state.Rounds.Global) : state.Sites[site].Own ?? state.Rounds.Global;
        if (state.Bodies is not null) model = model.With(new(new Dictionary<PartName, Weights> { [PartName.Body] = state.Bodies.Body }));
        var record = store.Ledger.Record(study.Id, round);
        return new(round, own ? site : "", Completed(model, study, round, record, elsewhere, folder), record);
    }

    private static Model Completed(Model model, Study study, int round, CommitRecord? record, Func<int, Model>? elsewhere, RunFolder folder)
    {
        IReadOnlyList<PartName> wanted = [.. study.SiteParts, .. study.HasBodyHost ? [PartName.Body] : Array.Empty<PartName>()];
        if (wanted.All(model.Has)) return model;
        if (elsewhere is null)
            throw new RosflException(ExitCode.InvalidRun,
                $"Run folder '{folder.Path}' does not hold the {string.Join(" and the ", wanted.Where(p => !model.Has(p)).Select(p => p.Text()))}: bodies are at the computation server and, under secure aggregation, heads and tails at the sites; give the configuration of a site instead of the folder.");
        model = elsewhere(round).With(model);
        if (record is not null && !record.Commits(study, model))
            throw new RosflException(ExitCode.InvalidFile, $"The parts beside run folder '{folder.Path}' are not those that {record.Key} committed: restore the folders of its parties.");
        return model;
    }

    private static void RefuseUnknown(string site, Study study, IReadOnlyList<string> sites)
    {
        if (!sites.Contains(site))
            throw new RosflException(ExitCode.Usage,
                $"Algorithm '{study.Algorithm.Name}' leaves each site a model of its own and {(site.Length == 0 ? "none was named" : $"'{site}' is no site that trained")}: name one with --site ({string.Join(", ", sites)}).");
    }
}
