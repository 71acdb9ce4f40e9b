using RosFL.Imaging;
using RosFL.Imaging.Splits;
using RosFL.Reports;
using RosFL.Runs;
using RosFL.Training;
using RosFL.Training.Losses;
using RosFL.Training.Payloads;

namespace RosFL.Federation;

/// <summary>
/// A whole study in one process: the sites, the computation server and the aggregation server's loop, with everything recorded in a run
/// folder so that a killed run goes on to the same bits.
/// </summary>
public sealed class Simulation : IDisposable
{
    private readonly RunFolder folder;
    private readonly RunRecord record;
    private readonly Action<SimulationProgress> progress;
    private readonly Study study;
    private readonly IReadOnlyList<SiteImages> images, unseen;
    private readonly IReadOnlyList<TorchThread> threads;
    private readonly IReadOnlyList<Site> sites, scored, unseenSites;
    private readonly BodyHost? bodies;
    private readonly IRoundMerge merge;
    private StepLog? steps;

    public Simulation(RunFolder folder, Action<SimulationProgress>? progress = null)
    {
        (this.folder, this.progress) = (folder, progress ?? (_ => { }));
        this.progress(new SimulationProgress.Phase("Reading images"));
        images = SiteImages.Open(folder.Run.Options);
        study = new Study(ClassWeights.Agreed(
            WithEqualSteps(folder.Run.Options, images.Count), () => images.Select(i => i.LabelCounts(folder.Run.Options.Network.OutputChannels))));
        unseen = SiteImages.OpenUnseen(study.Run, images);
        record = new RunRecord(folder, study, this.progress);
        threads = [.. Enumerable.Range(0, ThreadCount()).Select(i => new TorchThread($"torch-{i}", study.Run.Machine.Threads))];
        bodies = study.HasBodyHost ? new BodyHost(study) : null;
        scored = [.. images.Select((site, i) => NewSite(site.Site, site, site, i))];
        unseenSites = [.. unseen.Select((site, i) => NewSite(site.Site, null, site, i))];
        // a single site keeps its name, and with it its order and chance: centralized training is then training at that site
        var pooled = images.Count == 1 ? images[0].Site : "pooled";
        merge = RoundMerges.InOneProcess(study, [.. images.Select(i => i.Site)], Notice);
        sites = study.Algorithm.Pooled ? [NewSite(pooled, SiteImages.Pooled(images, pooled), null, 0)] : scored;
    }

    public RunStore Store => record.Store;

    /// <summary>Trains to the last round from wherever the run folder is, then tests the best round once.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var state = Restore();
        AtomicFile.WriteText(folder.SplitsPath, SplitTable.Of(images).ToJson());
        if (images[0].Foreground is { } foreground) AtomicFile.WriteText(folder.ForegroundPath, foreground.ToJson());
        Store.SetSites([.. images.Select(i => new SiteSize(i.Site, i.Count(Split.Train), i.Count(Split.Validation), i.Count(Split.Test)))]);
        steps = study.Run.Output.Steps ? StepLog.Open(folder.StepsPath, state.Round - 1) : null;
        progress(new SimulationProgress.Began(state.Round, sites.ToDictionary(s => s.Name, s => s.StepsPerRound)));
        state = await new Rounds(study, sites, bodies, Store.Ledger, RoundPolicy.AllSites, Commit, ScoreAsync, notice: Notice, merge: merge).RunAsync(state, cancellation);
        record.Finish(state.Round - 1);
        await TestAsync(cancellation);
    }

    public void Dispose()
    {
        foreach (var thread in threads) thread.Dispose();
        steps?.Dispose();
        record.Dispose();
        (merge as IDisposable)?.Dispose();
    }

    private void Notice(int round, string sentence) => progress(new SimulationProgress.Phase(sentence));

    /// <summary>Pooled images are trained on for as many steps a round as all sites together would take.</summary>
    private static RunOptions WithEqualSteps(RunOptions run, int sites) => Algorithms.Of(run).Pooled
        ? run with { Training = run.Training with { Steps = run.Training.Steps * sites } }
        : run;

    /// <summary>Sites that take turns at one body must each be able to wait.</summary>
    private int ThreadCount() => study.Algorithm is { Body: BodyPlace.Shared, Order: SiteOrder.Together }
        ? images.Count
        : Math.Clamp(study.Run.Machine.Workers, 1, Math.Max(1, images.Count));

    private Site NewSite(string name, ITrainingItems? items, SiteImages? scoredImages, int index) => new(
        name, study, items, scoredImages, OpenBody, threads[index % threads.Count], step =>
        {
            steps?.Append(step);
            progress(new SimulationProgress.Stepped(step));
        });

    private IBodyLink OpenBody(BodyOrder order) => PayloadBodyLink.Around(bodies!.Open(order), study.Run.Wire);

    private IReadOnlyList<string> Names => [.. sites.Select(s => s.Name)];

    private RoundState Restore() => record.Restore(Names) is { } restored ? Adopt(restored) : RoundState.Begin(study);

    private RoundState Adopt(SimulationState state)
    {
        foreach (var site in sites) site.State = state.Sites[site.Name];
        if (bodies is not null) bodies.State = state.Bodies!;
        return state.Rounds;
    }

    private void Commit(CommittingRound round)
    {
        steps?.Flush();
        record.Commit(round, new SimulationState(round.Next, bodies?.Prepared, sites.ToDictionary(s => s.Name, s => s.Prepared)), bodies?.LastMerge);
    }

    private async Task ScoreAsync(RoundState state, CancellationToken cancellation)
    {
        if (record.IsScoreDue(state)) await ScoreAsync(scored, state, state.Round - 1, Split.Validation, "validation", cancellation);
    }

    /// <summary>The best round by validation (the last where there is none) on test images and unseen scanners; once.</summary>
    private async Task TestAsync(CancellationToken cancellation)
    {
        if (record.IsTested) return;
        var round = record.Best ?? Store.LastRound()!.Round;
        progress(new SimulationProgress.Phase($"Testing round {round + 1}"));
        var state = Adopt(record.Load(round, Names));
        await ScoreAsync(scored, state, round, Split.Test, "test", cancellation);
        if (!study.Algorithm.LeavesOwnModels)
            await ScoreAsync(unseenSites, state, round, Split.Test, "unseen", cancellation);
        if (study.Run.Task != StudyTask.Segmentation) await ScoreInputsAsync(round, cancellation);
        StripFolder.Save(folder.StripsPath, [.. (await Task.WhenAll(scored.Where(s => s.HasTestImages).Select(s => s.StripAsync(round, state.Global, cancellation))))]);
        if (study.Run.Output.Predictions) await WritePredictionsAsync(round, state, cancellation);
    }

    private async Task ScoreAsync(IReadOnlyList<Site> scorers, RoundState state, int round, Split split, string splitName, CancellationToken cancellation)
    {
        var models = study.Algorithm.Merges
            ? [(Name: "global", Model: state.Global)]
            : sites.Select(s => (s.Name, Model: s.State.Own ?? state.Global)).ToList();
        await record.ScoreAsync(from model in models
                                from site in scorers
                                where split != Split.Validation || study.Algorithm.Merges || model.Name == site.Name
                                select ((ISite)site, new EvaluationOrder(round, split, model.Model, model.Name, splitName)), cancellation);
    }

    private Task ScoreInputsAsync(int round, CancellationToken cancellation)
    {
        (ISite, EvaluationOrder) Ask(Site site, string split) => (site, new EvaluationOrder(round, Split.Test, Model.Empty, EvaluationOrder.InputName, split));
        return record.ScoreAsync([.. scored.Select(s => Ask(s, "test")), .. unseenSites.Select(s => Ask(s, "unseen"))], cancellation);
    }

    /// <summary>predictions.safetensors: SITE.test.INDEX, the model's output for each test image.</summary>
    private async Task WritePredictionsAsync(int round, RoundState state, CancellationToken cancellation)
    {
        var predictions = new List<NamedArray>();
        foreach (var site in scored)
            predictions.AddRange(await site.PredictAsync(round, state.Global, cancellation));
        AtomicFile.Write(folder.PredictionsPath, stream => Safetensors.Write(stream, predictions));
    }
}
