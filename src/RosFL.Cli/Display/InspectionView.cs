using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using RosFL.Imaging.Inspection;
using Spectre.Console;

namespace RosFL.Cli.Display;

/// <summary>Prints what <c>rosfl data inspect</c> found.</summary>
internal static class InspectionView
{
    private static readonly JsonSerializerOptions Names = new() { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) } };

    public static void Print(DataInspection found)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{found.Folder}[/]: {(found.Layout is { } layout ? $"layout {Name(layout)}, {Name(found.Task)}{(found.SimulateCt ? ", inputs by the CT simulator" : "")}" : "no known layout")}");
        var table = new Table().Border(TableBorder.Rounded).AddColumns("site", "cases", "masks", "shapes", "spacing mm", "input", "target");
        foreach (var site in found.Sites)
            table.AddRow([.. new[]
            {
                site.Site, $"{site.Cases}", $"{site.Masks}", Tallies(site.Shapes), Tallies(site.SpacingsMm), Range(site.Input),
                site.Labels.Count > 0 ? string.Join('\n', site.Labels.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Value}: {l.Share:P2} in {l.Images}"))) : Range(site.Target),
            }.Select(Markup.Escape)]);
        if (found.Sites.Count > 0) AnsiConsole.Write(table);
        foreach (var site in found.Sites)
            foreach (var problem in site.Problems) AnsiConsole.MarkupLineInterpolated($"[red]{site.Site}[/]: file '{problem.File}' {problem.Reason.Replace($"File '{Path.GetFileName(problem.File)}' ", "", StringComparison.Ordinal)}");
        foreach (var ignored in found.Ignored.Concat(found.Sites.SelectMany(s => s.Ignored))) AnsiConsole.MarkupLineInterpolated($"[grey]not used: {ignored}[/]");
        foreach (var obstacle in found.Obstacles) AnsiConsole.MarkupLineInterpolated($"[yellow]would stop a training:[/] {obstacle}");
    }

    /// <summary>A name as run files have it.</summary>
    private static string Name<T>(T? value) => JsonSerializer.Serialize(value, Names).Trim('"');

    private static string Tallies(IReadOnlyList<Tally> tallies) =>
        string.Join('\n', tallies.Take(4).Select(t => $"{t.Value} ({t.Images})").Concat(tallies.Count > 4 ? [$"and {tallies.Count - 4} more"] : []));

    private static string Range(IntensityRange? range) =>
        range is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{range.Lowest:0.#} to {range.Highest:0.#}\nmean {range.Mean:0.#} ± {range.Deviation:0.#}");
}
