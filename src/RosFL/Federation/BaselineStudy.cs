using RosFL.Imaging;
using RosFL.Imaging.Baselines;
using RosFL.Imaging.Splits;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>
/// Scores classical methods on the test images of a study's sites, each tuned on the same site's validation images (a scanner that is only
/// tested on: on those of all sites), and records them in a run folder, so that a table shows them beside the trained networks.
/// </summary>
public sealed class BaselineStudy(RunFolder folder, Action<SimulationProgress> progress)
{
    private readonly RunOptions run = folder.Run.Options;

    /// <summary>Tunes and scores whatever the folder does not hold yet.</summary>
    /// <exception cref="RosflException">There is no classical method for the run, or the data do not fit it.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var store = RunStore.Open(folder.StorePath);
        if (store.Scores("test").Count > 0) return;
        _ = BaselineMethods.NamesFor(run);
        progress(new SimulationProgress.Phase("Reading images"));
        var sites = SiteImages.Open(run);
        var unseen = SiteImages.OpenUnseen(run, sites);
        AtomicFile.WriteText(folder.SplitsPath, SplitTable.Of(sites).ToJson());
        store.SetSites([.. sites.Select(s => new SiteSize(s.Site, s.Count(Split.Train), s.Count(Split.Validation), s.Count(Split.Test)))]);
        // filters are managed code on one core, so sites share the run's threads
        using var crew = new TorchCrew(Enumerable.Range(0, Math.Max(1, run.Machine.Threads * run.Machine.Workers)).Select(i => $"baseline-{i}"), threads: 1);
        var all = await Task.WhenAll(Orders(crew, sites, unseen, cancellation));
        // one transaction: a table is whole or not there
        store.AddScores(all.SelectMany(scores => scores));
    }

    /// <summary>One piece of work a site.</summary>
    private List<Task<IReadOnlyList<ScoreRecord>>> Orders(TorchCrew crew, IReadOnlyList<SiteImages> sites, IReadOnlyList<SiteImages> unseen, CancellationToken cancellation)
    {
        var study = new Study(run);
        var forAll = new Lazy<IReadOnlyList<Baseline>>(() => Tune("all sites", sites, cancellation));
        return [.. sites.Select(site => (Site: site, Split: "test", Methods: new Lazy<IReadOnlyList<Baseline>>(() => Tune(site.Site, [site], cancellation))))
            .Concat(unseen.Select(site => (Site: site, Split: "unseen", Methods: forAll)))
            .Select(order => crew.RunAsync<IReadOnlyList<ScoreRecord>>(() => Score(study, order.Site, order.Split, order.Methods.Value, cancellation)))];
    }

    private IReadOnlyList<Baseline> Tune(string name, IReadOnlyList<SiteImages> sites, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        progress(new SimulationProgress.Phase($"Tuning classical methods for {name}"));
        return BaselineMethods.Tune([.. sites.SelectMany(BaselineMethods.TuningImages)], run);
    }

    private List<ScoreRecord> Score(Study study, SiteImages site, string split, IReadOnlyList<Baseline> methods, CancellationToken cancellation)
    {
        var scores = new List<ScoreRecord>();
        foreach (var method in methods)
            scores.AddRange(new Evaluation(study, site.Site).Score(site, new EvaluationOrder(0, Split.Test, Model.Empty, method.Name, split), method.Predict, cancellation));
        progress(new SimulationProgress.Scored(scores));
        return scores;
    }
}
