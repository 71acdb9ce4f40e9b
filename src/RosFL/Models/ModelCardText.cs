using System.Globalization;
using System.Text;
using RosFL.Runs;

namespace RosFL.Models;

/// <summary>A model card as Markdown.</summary>
internal static class ModelCardText
{
    public static string Of(ModelCard card)
    {
        var text = new StringBuilder();
        var facts = card.Facts;
        text.Append(CultureInfo.InvariantCulture, $"# Model of study {facts.Study}\n\n");
        Table(text, ["", ""],
        [
            ["task", Spelled(card.Task)],
            ["network", Spelled(card.Network)],
            ["cut while it was trained", Spelled(card.Cut)],
            ["algorithm", Spelled(card.Algorithm)],
            ["model", $"{(card.Site.Length == 0 ? "of all sites" : $"of site {card.Site}")}, after round {facts.Round + 1}; {facts.Committed} of {card.Rounds} rounds trained"],
        ]);
        Section(text, "Data", "Images by site, split by person.");
        Table(text, ["site", "training", "validation", "test"], facts.Sites.Select(s => (string[])[s.Site, $"{s.Train}", $"{s.Validation}", $"{s.Test}"]));
        Scores(text, facts.Scores);
        Section(text, "Use", $"`model.onnx`: input `image` (batch, {card.Network.InputChannels}, {Axes(card)}), output `output` of the same spatial size with {card.Network.OutputChannels} channels"
            + (card.Task == StudyTask.Segmentation ? ", one score a class: the largest wins." : ", in the units of the preprocessed input.") + " Both after the preprocessing below.");
        text.Append("```json\n").Append(System.Text.Json.JsonSerializer.Serialize(card.Preprocessing, RunJson.Options)).Append("\n```\n");
        if (card.Foreground is not null) text.Append("\n```json\n").Append(card.Foreground.ToJsonString(RunJson.Options)).Append("\n```\n");
        Section(text, "Files", "");
        Table(text, ["file", "bytes", "SHA-256"], card.Files.Select(f => (string[])[f.Name, $"{f.Bytes}", f.Sha256]));
        Section(text, "Origin", "");
        Table(text, ["of", "SHA-256"], Origin(card.Origin));
        Section(text, "Limits", "Scored on the images counted above and on no others. Research software: no medical device.");
        return text.ToString();
    }

    private static void Scores(StringBuilder text, IReadOnlyList<SiteScore> scores)
    {
        if (scores.Count == 0) return;
        Section(text, "Scores", "Mean ± standard deviation over a site's images.");
        var metrics = ModelFacts.MetricsOf(scores);
        Table(text, ["model", "split", "site", "images", .. metrics], scores.GroupBy(s => (s.Model, s.Split, s.Site)).Select(group => (string[])
        [
            group.Key.Model, group.Key.Split, group.Key.Site, $"{group.Max(s => s.Images)}",
            .. metrics.Select(m => group.FirstOrDefault(s => s.Metric == m)?.Text() ?? ""),
        ]));
    }

    private static IEnumerable<string[]> Origin(CardOrigin origin)
    {
        yield return ["options of the run", origin.Options];
        if (origin.Manifest.Length > 0) yield return ["manifest that the parties signed", origin.Manifest];
        if (origin.Record.Length > 0) yield return ["commit record of the round", origin.Record];
        foreach (var (part, hash) in origin.Parts) yield return [part, hash];
    }

    private static void Section(StringBuilder text, string heading, string sentence) =>
        text.Append(CultureInfo.InvariantCulture, $"\n## {heading}\n\n").Append(sentence.Length == 0 ? "" : sentence + "\n\n");

    private static void Table(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        foreach (var row in (IEnumerable<string[]>)[head, [.. head.Select(_ => "---")], .. rows])
            text.Append("| ").AppendJoin(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
    }

    private static string Axes(ModelCard card) => card.Network.Dimensions == 2 ? "height, width" : "depth, height, width";

    private static string Spelled<T>(T value) => $"`{RunJson.Text(System.Text.Json.JsonSerializer.SerializeToNode(value, RunJson.Options))}`";
}
