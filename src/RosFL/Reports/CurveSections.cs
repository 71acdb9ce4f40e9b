using RosFL.Runs;

namespace RosFL.Reports;

/// <summary>What happened over the rounds: loss, validation, drift, correction, bytes, seconds.</summary>
internal static class CurveSections
{
    private static readonly (string Parts, Func<SiteRound, double> Of)[] Drifts = [("heads", s => s.DriftHead), ("bodies", s => s.DriftBody), ("tails", s => s.DriftTail)];

    public static void Add(HtmlPage page, RunStore store, IReadOnlyList<RoundRecord> rounds)
    {
        if (rounds.Count == 0)
            return;
        var order = ScoreSections.SiteOrder(store);
        var sites = rounds.SelectMany(round => round.Sites.Select(site => site.Site)).Distinct().OrderBy(order.IndexOf).ToList();
        page.Section("Training", "Loss: mean over a site's steps, each before its update. Validation: mean over a site's images.");
        Cards(page, [LineChart.Draw("Loss", "", Lines(rounds, sites, site => site.Loss), fromZero: true), .. Validation(store, order)]);
        var hidden = Drifts.Where(drift => IsHidden(rounds, drift.Of)).Select(drift => drift.Parts).ToList();
        page.Section("Drift and correction",
            "Drift: how far a site's part moved from the round's start before merging, relative to the norm of that start. Correction: the largest change that it made to a weight."
            + (hidden.Count > 0 ? $" Under secure aggregation sites do not tell the drift of {string.Join(" and ", hidden)}." : ""));
        Cards(page,
        [
            .. Drifts.Where(drift => !hidden.Contains(drift.Parts)).Select(drift => LineChart.Draw($"Drift of {drift.Parts}", "", Lines(rounds, sites, drift.Of), fromZero: true)),
            LineChart.Draw("Correction", "largest change of a weight", Corrections(rounds), fromZero: true),
        ]);
        page.Section("Cost");
        Cards(page,
        [
            BarChart.Draw("Bytes per site", ["sent", "received"], [.. sites.Select(site => new Bar(site, [Sum(rounds, site, s => s.BytesUp), Sum(rounds, site, s => s.BytesDown)]))], Figures.Bytes),
            BarChart.Draw("Time per site", ["training"], [.. sites.Select(site => new Bar(site, [Sum(rounds, site, s => s.Seconds)]))], Figures.Time),
        ]);
        page.Fold("Figures of each round", $"<div class=\"card wide\">{Table(rounds).Markup()}</div>");
    }

    private static bool IsHidden(IReadOnlyList<RoundRecord> rounds, Func<SiteRound, double> drift) => rounds.All(round => round.Sites.All(site => double.IsNaN(drift(site))));

    private static void Cards(HtmlPage page, IEnumerable<string> cards) => page.Add($"<div class=\"charts\">{string.Concat(cards)}</div>");

    private static IEnumerable<string> Validation(RunStore store, List<string> order) => store.Scores("validation")
        .Where(score => score.Case != "pooled" && !ScoreSections.IsOfClass(score.Metric)).GroupBy(score => score.Metric)
        .OrderBy(metric => ScoreSections.Rank(metric.Key)).ThenBy(metric => metric.Key, StringComparer.Ordinal)
        .Select(metric => LineChart.Draw($"Validation {metric.Key}", ScoreSections.Unit(metric.Key).Trim(), [.. metric.OrderBy(score => order.IndexOf(score.Site)).GroupBy(Line).Select(line => new Series(line.Key,
            [.. line.GroupBy(score => score.Round).OrderBy(round => round.Key).Select(round => (round.Key + 1, Spread.Of(round.Select(score => score.Value)).Mean))]))], fromZero: false));

    private static string Line(ScoreRecord score) => score.Model == "global" ? score.Site : $"{score.Model} → {score.Site}";

    private static IReadOnlyList<Series> Lines(IReadOnlyList<RoundRecord> rounds, IReadOnlyList<string> sites, Func<SiteRound, double> value) =>
        [.. sites.Select(name => new Series(name, [.. rounds.Select(round => (round.Round + 1, round.Sites.FirstOrDefault(site => site.Site == name) is { } site ? value(site) : double.NaN))]))];

    private static IReadOnlyList<Series> Corrections(IReadOnlyList<RoundRecord> rounds) =>
    [
        new("head", [.. rounds.Select(round => (round.Round + 1, round.CorrectionHead))]),
        new("body", [.. rounds.Select(round => (round.Round + 1, round.CorrectionBody))]),
        new("tail", [.. rounds.Select(round => (round.Round + 1, round.CorrectionTail))]),
    ];

    private static double Sum(IReadOnlyList<RoundRecord> rounds, string name, Func<SiteRound, double> value) =>
        rounds.SelectMany(round => round.Sites).Where(site => site.Site == name).Sum(value);

    private static HtmlTable Table(IReadOnlyList<RoundRecord> rounds)
    {
        var table = new HtmlTable("round", "learning rate", "alpha", "loss", "drift head", "drift body", "drift tail", "corr. head", "corr. body", "corr. tail", "bytes", "time");
        var hidden = Drifts.Select(drift => IsHidden(rounds, drift.Of)).ToList();
        foreach (var round in rounds)
            table.Row("", ((string[])
            [
                $"{round.Round + 1}", Figures.Number(round.LearningRate), Figures.Number(round.Alpha), Mean(round, s => s.Loss),
                .. Drifts.Select((drift, i) => hidden[i] ? Figures.Hidden : Mean(round, drift.Of)), Figures.Number(round.CorrectionHead), Figures.Number(round.CorrectionBody), Figures.Number(round.CorrectionTail),
                Figures.Bytes(round.Sites.Sum(s => (double)s.BytesUp + s.BytesDown)), Figures.Time(round.Seconds),
            ]).Select(text => new HtmlCell(text)));
        return table;
    }

    private static string Mean(RoundRecord round, Func<SiteRound, double> value) => Figures.Number(Spread.Of(round.Sites.Select(value)).Mean);
}
