using RosFL.Models;
using Spectre.Console;

namespace RosFL.Cli.Display;

/// <summary>Scores by site on the console.</summary>
internal static class ScoresView
{
    public static void Print(IReadOnlyList<SiteScore> scores)
    {
        var metrics = ModelFacts.MetricsOf(scores);
        var table = new Table().Border(TableBorder.Rounded).AddColumns(["model", "site", "images", .. metrics]);
        foreach (var row in scores.GroupBy(score => (score.Model, score.Site)))
            table.AddRow([Markup.Escape(row.Key.Model), Markup.Escape(row.Key.Site), $"{row.Max(score => score.Images)}",
                .. metrics.Select(metric => row.FirstOrDefault(score => score.Metric == metric)?.Text() ?? "")]);
        AnsiConsole.Write(table);
    }
}
