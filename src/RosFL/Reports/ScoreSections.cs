using RosFL.Runs;
using RosFL.Scores;

namespace RosFL.Reports;

/// <summary>The figures a reader looks for first: what came out, at what cost, and the table per site.</summary>
internal static class ScoreSections
{
    private static readonly string[] MetricOrder =
        [Metrics.Dice, Metrics.Iou, Metrics.SurfaceDice, Metrics.Hd95, Metrics.Sensitivity, Metrics.Precision, Metrics.Psnr, Metrics.Ssim, Metrics.Rmse];

    public static void Summary(HtmlPage page, RunOptions run, RunStore store, IReadOnlyList<RoundRecord> rounds)
    {
        var metric = Metrics.Primary(run.Task);
        var best = store.BestRound(metric, IsHigherBetter(metric));
        var sites = rounds.SelectMany(round => round.Sites).ToList();
        (string Value, string Label)[] tiles =
        [
            ($"{rounds.Count} of {run.Rounds}", "rounds"),
            ($"{sites.Select(site => site.Site).Distinct().Count()}", "sites"),
            (best is null ? "–" : $"{Figures.Fixed(best.Score, Figures.Digits(metric))}{Unit(metric)}", best is null ? $"best validation {metric}" : $"best validation {metric}, after round {best.Round + 1}"),
            (Figures.Bytes(sites.Sum(site => (double)site.BytesUp + site.BytesDown)), "sent and received, all sites"),
            (Figures.Time(rounds.Sum(round => round.Seconds)), "training time"),
        ];
        page.Add($"<div class=\"tiles\">{string.Concat(tiles.Select(tile => $"<div class=\"tile\"><b>{HtmlPage.Text(tile.Value)}</b><span>{HtmlPage.Text(tile.Label)}</span></div>"))}</div>");
    }

    public static void Sites(HtmlPage page, RunStore store)
    {
        var sites = store.Sites();
        if (sites.Count == 0)
            return;
        var table = new HtmlTable("site", "training", "validation", "test");
        foreach (var site in sites)
            table.Row(site.Site, $"{site.Train}", $"{site.Validation}", $"{site.Test}");
        page.Section("Sites", "Images, split by subject.");
        page.Table(table);
    }

    public static void Table(HtmlPage page, RunOptions run, RunStore store, string split, string heading)
    {
        var all = store.Scores(split);
        if (all.Count == 0)
            return;
        var round = all.Max(score => score.Round);
        var sites = SiteOrder(store);
        var scores = all.Where(score => score.Round == round).OrderBy(score => sites.IndexOf(score.Site)).ToList();
        var metrics = scores.Select(score => score.Metric).Distinct().OrderBy(Rank).ToList();
        page.Section(heading, $"Mean ± standard deviation over the images of a site, by the model after round {round + 1}, the best on validation.");
        page.Table(ScoreTable.Of(scores, [.. metrics.Where(metric => !IsOfClass(metric))], IsHigherBetter));
        page.Note(ScoreNotes.Of(run));
        if (metrics.Where(IsOfClass).ToList() is { Count: > 0 } classes)
            page.Fold("Scores of each class", $"<div class=\"card wide\">{ScoreTable.Of(scores, classes, IsHigherBetter).Markup()}</div>");
    }

    /// <summary>Sites in the order of the run everywhere, so that a site keeps its colour; sites that were only scored come last.</summary>
    public static List<string> SiteOrder(RunStore store) =>
        [.. store.Sites().Select(site => site.Site).Concat(store.Rounds().SelectMany(round => round.Sites).Select(site => site.Site)).Concat(store.Scores().Select(score => score.Site)).Distinct()];

    /// <summary>Place of a metric among the others; classes after their mean.</summary>
    public static int Rank(string metric)
    {
        var place = Array.IndexOf(MetricOrder, metric.Split('.')[0]);
        return place < 0 ? MetricOrder.Length : place;
    }

    public static bool IsOfClass(string metric) => metric.Contains('.', StringComparison.Ordinal);

    public static string Unit(string metric) => metric switch { Metrics.Psnr => " dB", Metrics.Hd95 => " mm", _ => "" };

    private static bool IsHigherBetter(string metric) => Metrics.Direction(metric) == MetricDirection.HigherIsBetter;
}
