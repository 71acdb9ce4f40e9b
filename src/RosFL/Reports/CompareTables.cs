using RosFL.Runs;
using RosFL.Scores;

namespace RosFL.Reports;

/// <summary>One column of a comparison's input: what the table calls it, its seed, and the model in whose name the run folder has its scores.</summary>
/// <param name="Model">"global", or a classical method scored without training.</param>
public sealed record ComparedRun(string Method, long Seed, string Folder, string Model = "global");

/// <summary>Reads finished run folders into the tables of a comparison: one for each metric, the task's primary one first.</summary>
public static class CompareTables
{
    private const string Tuning = " Classical methods: tuned on each site's validation images (training images where it has none; for sites that are only tested on, the images of all sites).";

    public static IReadOnlyList<CompareTable> Of(RunOptions run, IReadOnlyList<ComparedRun> runs)
    {
        string[] metrics = run.Task == StudyTask.Segmentation
            ? [Metrics.Dice, Metrics.Hd95, Metrics.SurfaceDice]
            : [Metrics.Psnr, Metrics.Ssim, Metrics.Rmse];
        var note = ScoreNotes.Of(run) + (runs.Any(r => r.Model != "global") ? Tuning : "");
        return [.. metrics.Select(metric => new CompareTable(
            metric, Metrics.Direction(metric) == MetricDirection.HigherIsBetter, note, [.. runs.Select(r => Read(r, metric))]))];
    }

    private static CompareRun Read(ComparedRun run, string metric)
    {
        using var store = RunStore.Open(Path.Combine(run.Folder, "store.db"));
        var rounds = store.Rounds();
        var figures = rounds.SelectMany(r => r.Sites).ToList();
        // without merging a site's own model stands for it
        var scores = new[] { "test", "unseen" }.SelectMany(split => store.Scores(split, metric))
            .Where(s => s.Case != "pooled" && (s.Model == run.Model || (run.Model == "global" && s.Model == s.Site)));
        var order = ScoreSections.SiteOrder(store);
        var sites = scores.GroupBy(s => s.Site).OrderBy(g => order.IndexOf(g.Key)).ToDictionary(g => g.Key, g => g.Average(s => s.Value));
        return figures.Count == 0
            ? new(run.Method, run.Seed, sites, double.NaN, double.NaN, double.NaN)
            : new(run.Method, run.Seed, sites, figures.Average(f => (f.DriftHead + f.DriftBody + f.DriftTail) / 3),
                figures.Sum(f => (double)(f.BytesUp + f.BytesDown)), rounds.Sum(r => r.Seconds));
    }
}
