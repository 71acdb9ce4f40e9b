using RosFL.Runs;
using RosFL.Scores;

namespace RosFL.Reports;

/// <summary>Reads finished run folders into the tables of a comparison: one for each metric, the task's primary one first.</summary>
public static class CompareTables
{
    /// <param name="runs">Method, seed and run folder.</param>
    public static IReadOnlyList<CompareTable> Of(RunOptions run, IReadOnlyList<(string Method, long Seed, string Folder)> runs)
    {
        string[] metrics = run.Task == StudyTask.Segmentation
            ? [Metrics.Dice, Metrics.Hd95, Metrics.SurfaceDice]
            : [Metrics.Psnr, Metrics.Ssim, Metrics.Rmse];
        return [.. metrics.Select(metric => new CompareTable(
            metric, Metrics.Direction(metric) == MetricDirection.HigherIsBetter, ScoreNotes.Of(run), [.. runs.Select(r => Read(r.Method, r.Seed, r.Folder, metric))]))];
    }

    private static CompareRun Read(string method, long seed, string folder, string metric)
    {
        using var store = RunStore.Open(Path.Combine(folder, "store.db"));
        var rounds = store.Rounds();
        var figures = rounds.SelectMany(r => r.Sites).ToList();
        // without merging a site's own model stands for it
        var scores = new[] { "test", "unseen" }.SelectMany(split => store.Scores(split, metric))
            .Where(s => s.Case != "pooled" && (s.Model == "global" || s.Model == s.Site));
        return new(method, seed, scores.GroupBy(s => s.Site).ToDictionary(g => g.Key, g => g.Average(s => s.Value)),
            figures.Average(f => (f.DriftHead + f.DriftBody + f.DriftTail) / 3), figures.Sum(f => (double)(f.BytesUp + f.BytesDown)), rounds.Sum(r => r.Seconds));
    }
}
