using RosFL.Runs;
using RosFL.Scores;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>
/// What a run's folder keeps while rounds are made, for a simulation and for the aggregation server alike: checkpoints, figures, scores,
/// the best round.
/// </summary>
public sealed class RunRecord : IDisposable
{
    private readonly Study study;
    private readonly Action<SimulationProgress> progress;
    private readonly Checkpoints checkpoints;
    private readonly RoundWeights roundWeights;

    public RunRecord(RunFolder folder, Study study, Action<SimulationProgress> progress)
    {
        (this.study, this.progress) = (study, progress);
        Store = RunStore.Open(folder.StorePath);
        (checkpoints, roundWeights) = (new Checkpoints(folder, Store), new RoundWeights(folder));
    }

    public RunStore Store { get; }

    /// <summary>The best round by validation so far; null where nothing was scored.</summary>
    public int? Best
    {
        get
        {
            var metric = Metrics.Primary(study.Run.Task);
            return Store.BestRound(metric, Metrics.Direction(metric) == MetricDirection.HigherIsBetter)?.Round;
        }
    }

    /// <summary>Whether the test has been made: of a model and, where images are restored, of the untouched input, which comes last.</summary>
    public bool IsTested => Store.Scores("test", model: study.Run.Task == StudyTask.Segmentation ? null : EvaluationOrder.InputName).Count > 0;

    /// <summary>The state after the last committed round; null before the first.</summary>
    /// <param name="sites">Those whose own state the checkpoint holds.</param>
    public SimulationState? Restore(IReadOnlyList<string> sites)
    {
        if (checkpoints.Restore() is not { } restored) return null;
        if (restored.Notice.Length > 0) progress(new SimulationProgress.Phase(restored.Notice));
        return SimulationState.From(restored.Checkpoint, study, sites);
    }

    /// <summary>The state after one round that is kept.</summary>
    public SimulationState Load(int round, IReadOnlyList<string> sites) => SimulationState.From(checkpoints.Load(round), study, sites);

    /// <summary>The one durable decision of a round: its checkpoint and its row.</summary>
    /// <param name="body">The body before and after its correction, where this process knows it.</param>
    public void Commit(CommittingRound round, SimulationState state, MergedPart? body)
    {
        if (study.Run.Output.RoundWeights) WriteRoundWeights(round, body);
        checkpoints.Commit(round.Record, state.ToCheckpoint(), Best, round.Decision);
        progress(new SimulationProgress.Committed(round.Record));
    }

    /// <summary>Joins the rounds' weights when the last round is done.</summary>
    public void Finish(int lastRound)
    {
        if (study.Run.Output.RoundWeights) roundWeights.Join(lastRound);
    }

    /// <summary>Whether the committed round before <paramref name="state"/> is one that is scored and has not been.</summary>
    public bool IsScoreDue(RoundState state) =>
        state.Round > 0 && (state.Round == study.Run.Rounds || state.Round % study.Run.Evaluation.Every == 0) && Store.Scores("validation", round: state.Round - 1).Count == 0;

    /// <summary>Scores models at sites, at all of them side by side, and stores what comes back.</summary>
    /// <param name="asked">Which site scores which model.</param>
    public async Task ScoreAsync(IEnumerable<(ISite Site, EvaluationOrder Order)> asked, CancellationToken cancellation)
    {
        var scores = (await Task.WhenAll(asked.Select(a => a.Site.EvaluateAsync(a.Order, cancellation)))).SelectMany(s => s).ToList();
        Store.AddScores(scores);
        progress(new SimulationProgress.Scored(scores));
    }

    public void Dispose() => Store.Dispose();

    private void WriteRoundWeights(CommittingRound round, MergedPart? body)
    {
        var hasCorrection = study.Algorithm.Correction is not null && round.Record.Round > 0;
        var (before, after) = (round.Means, round.Next.Global);
        if (body is not null)
        {
            before = before.With(new(new Dictionary<PartName, Weights> { [PartName.Body] = body.Mean }));
            after = after.With(new(new Dictionary<PartName, Weights> { [PartName.Body] = body.Weights }));
        }
        roundWeights.Write(round.Record.Round, hasCorrection ? before.Named() : [], after.Named());
    }
}
