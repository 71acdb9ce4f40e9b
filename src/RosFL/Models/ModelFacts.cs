using RosFL.Reports;
using RosFL.Runs;

namespace RosFL.Models;

/// <summary>Scores of a site's images on one split: the mean and deviation over images, and the score of all its pixels pooled.</summary>
/// <param name="Model">"global", a site whose own model it is, or "input" for the untouched input.</param>
/// <param name="Deviation">Standard deviation (n - 1); null for one image.</param>
/// <param name="Pooled">Null where the metric has none.</param>
public sealed record SiteScore(string Model, string Split, string Site, string Metric, int Images, double Mean, double? Deviation, double? Pooled)
{
    /// <summary>"0.812 ± 0.031".</summary>
    public string Text() => new Spread(Mean, Deviation ?? double.NaN, Images).Text(Figures.Digits(Metric));
}

/// <summary>What a study's coordinator knows of a model and a model card tells: counts and scores, no image and no weight.</summary>
/// <param name="Study">The run's name.</param>
/// <param name="Committed">Rounds that count.</param>
/// <param name="Round">After which the model is, counted from 0.</param>
public sealed record ModelFacts(string Study, int Committed, int Round, IReadOnlyList<SiteSize> Sites, IReadOnlyList<SiteScore> Scores)
{
    private const string Pooled = "pooled", Input = "input";

    /// <param name="site">Whose own model it is; empty for the model of all.</param>
    public static ModelFacts Of(RunStore store, string study, int round, string site = "") => new(
        study, store.Rounds().Count, round, store.Sites(),
        ScoresOf(store.Scores(round: round).Where(score => score.Model == Input || site.Length == 0 || score.Model == site || score.Site == site)));

    /// <summary>One entry a model, split, site and metric, in that order.</summary>
    public static IReadOnlyList<SiteScore> ScoresOf(IEnumerable<ScoreRecord> scores) =>
    [
        .. scores.GroupBy(score => (score.Model, score.Split, score.Site, score.Metric)).OrderBy(group => group.Key).Select(group =>
        {
            var spread = Spread.Of(group.Where(score => score.Case != Pooled).Select(score => score.Value));
            return new SiteScore(group.Key.Model, group.Key.Split, group.Key.Site, group.Key.Metric, spread.Count, spread.Mean,
                Number(spread.Deviation), Number(group.FirstOrDefault(score => score.Case == Pooled)?.Value ?? double.NaN));
        }).Where(score => !double.IsNaN(score.Mean)),
    ];

    /// <summary>The metrics of some scores in the order in which reports show them.</summary>
    public static IReadOnlyList<string> MetricsOf(IEnumerable<SiteScore> scores) =>
        [.. scores.Select(score => score.Metric).Distinct().OrderBy(ScoreSections.Rank).ThenBy(metric => metric, StringComparer.Ordinal)];

    private static double? Number(double value) => double.IsFinite(value) ? value : null;
}
