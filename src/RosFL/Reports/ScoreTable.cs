using RosFL.Runs;

namespace RosFL.Reports;

/// <summary>Scores per site: mean and standard deviation over its images, the pooled score below, then all images together and the worst site.</summary>
internal static class ScoreTable
{
    private const string Pooled = "pooled";

    public static HtmlTable Of(IReadOnlyList<ScoreRecord> scores, IReadOnlyList<string> metrics, Func<string, bool> higherIsBetter)
    {
        var models = scores.Select(score => score.Model).Distinct().ToList();
        var several = models is not ["global"];
        var table = new HtmlTable([several ? "model → site" : "site", "images", .. metrics]);
        foreach (var model in models)
        {
            var own = scores.Where(score => score.Model == model).ToList();
            var sites = own.Select(score => score.Site).Distinct().ToList();
            foreach (var site in sites)
                table.Row("", Cells(several ? $"{model} → {site}" : site, [.. own.Where(score => score.Site == site)], metrics));
            if (sites.Count < 2)
                continue;
            table.Row("sum", Cells(several ? $"{model} → all images" : "all images", [.. own.Where(score => score.Case != Pooled)], metrics));
            table.Row("", [several ? $"{model} → worst site" : "worst site", "", .. metrics.Select(metric => Worst(own, metric, higherIsBetter(metric)))]);
        }

        return table;
    }

    private static IEnumerable<HtmlCell> Cells(string name, IReadOnlyList<ScoreRecord> scores, IReadOnlyList<string> metrics)
    {
        yield return name;
        yield return $"{scores.Where(score => score.Case != Pooled).Select(score => (score.Site, score.Case)).Distinct().Count()}";
        foreach (var metric in metrics)
        {
            var spread = Spread.Of(scores.Where(score => score.Metric == metric && score.Case != Pooled).Select(score => score.Value));
            var pooled = scores.FirstOrDefault(score => score.Metric == metric && score.Case == Pooled);
            yield return new(spread.Text(Figures.Digits(metric)), pooled is null ? "" : $"pooled {Figures.Fixed(pooled.Value, Figures.Digits(metric))}");
        }
    }

    private static HtmlCell Worst(IReadOnlyList<ScoreRecord> scores, string metric, bool higherIsBetter)
    {
        var means = scores.Where(score => score.Metric == metric && score.Case != Pooled).GroupBy(score => score.Site)
            .Select(site => (Site: site.Key, Spread.Of(site.Select(score => score.Value)).Mean)).Where(site => !double.IsNaN(site.Mean)).ToList();
        if (means.Count == 0)
            return "–";
        var (site, mean) = higherIsBetter ? means.MinBy(entry => entry.Mean) : means.MaxBy(entry => entry.Mean);
        return new(Figures.Fixed(mean, Figures.Digits(metric)), site);
    }
}
