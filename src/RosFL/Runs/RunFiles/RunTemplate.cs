using System.Text;
using System.Text.Json.Nodes;

namespace RosFL.Runs;

/// <summary>
/// A commented run file to begin from: every option with its documentation, those that matter for the task set, the others commented out
/// with their defaults. It runs as it is, on phantoms.
/// </summary>
public static class RunTemplate
{
    private const int Width = 120;

    public static string Commented(StudyTask task)
    {
        var schema = JsonNode.Parse(RunSchema.Json())!.AsObject();
        var text = new StringBuilder("// A run of rosfl: everything that decides its numbers. Lines that begin with // \"name\" are options at their defaults;\n"
            + "// take the // away to set one. Then: rosfl simulate THIS-FILE\n{\n");
        Group(text, schema, Start(task), "  ");
        return text.Append("}\n").ToString();
    }

    /// <summary>What the template sets for a task; the rest stays at the defaults.</summary>
    private static JsonObject Start(StudyTask task) => JsonNode.Parse(task switch
    {
        StudyTask.Restoration => """
            { "name": "lowdose-ct", "task": "restoration", "rounds": 10,
              "network": { "name": "red-cnn", "channels": 32 }, "cut": { "depth": 1 }, "algorithm": { "name": "ros-fl", "strength": 0.1 },
              "training": { "batch": 4, "learningRate": 0.001, "loss": "mse" }, "data": { "layout": "phantoms" },
              "ct": { "geometry": { "photons": 20000 } }, "preprocessing": { "intensity": "window", "window": [-260, 340] }, "evaluation": { "scoreWindow": [-160, 240] } }
            """,
        StudyTask.Reconstruction => """
            { "name": "sparse-ct", "task": "reconstruction", "rounds": 10,
              "network": { "name": "residual-unet", "channels": 16, "levels": 3 }, "cut": { "depth": 1, "narrowChannels": 4 },
              "algorithm": { "name": "ros-fl", "strength": 0.1 },
              "training": { "batch": 4, "learningRate": 0.001, "loss": "mse" }, "data": { "layout": "phantoms" },
              "ct": { "geometry": { "views": 64, "photons": 100000 } }, "preprocessing": { "intensity": "window", "window": [-260, 340] }, "evaluation": { "scoreWindow": [-160, 240] } }
            """,
        _ => """
            { "name": "segmentation", "task": "segmentation", "rounds": 10,
              "network": { "name": "unet", "channels": 16, "levels": 3, "outputChannels": 3 }, "cut": { "depth": 1, "narrowChannels": 4 },
              "algorithm": { "name": "ros-fl", "strength": 0.1 },
              "training": { "batch": 4, "learningRate": 0.001, "loss": "dice-ce" }, "data": { "layout": "phantoms" },
              "augmentation": { "flip": true } }
            """,
    })!.AsObject();

    private static void Group(StringBuilder text, JsonObject schema, JsonObject set, string indent)
    {
        foreach (var (name, node) in schema["properties"]!.AsObject().Where(property => property.Key != "$schema"))
        {
            var option = node!.AsObject();
            Comment(text, option, indent);
            if (option["properties"] is not null && option["default"] is null && !IsOptional(option))
            {
                text.Append($"{indent}\"{name}\": {{\n");
                Group(text, option, set[name] as JsonObject ?? [], indent + "  ");
                text.Append($"{indent}}},\n\n");
            }
            else
            {
                var value = set[name] ?? option["default"];
                text.Append(indent).Append(set[name] is null ? "// " : "").Append($"\"{name}\": {RunJson.Text(value)},\n");
            }
        }
    }

    private static bool IsOptional(JsonObject option) => option["type"] is JsonArray;

    private static void Comment(StringBuilder text, JsonObject option, string indent)
    {
        var words = option["description"]?.GetValue<string>() ?? "";
        if (option["enum"] is JsonArray names)
            words = $"{words} One of {string.Join(", ", names.Select(name => name?.GetValue<string>()).OfType<string>())}.".Trim();
        if (option["items"]?["properties"] is JsonObject members)
            words += $" Members of an item: {string.Join(", ", members.Select(member => member.Key))}.";
        foreach (var line in Wrap(words, Width - indent.Length))
            text.Append($"{indent}// {line}\n");
    }

    private static IEnumerable<string> Wrap(string words, int width)
    {
        while (words.Length > width)
        {
            var cut = words.LastIndexOf(' ', width);
            cut = cut <= 0 ? width : cut;
            yield return words[..cut];
            words = words[cut..].TrimStart();
        }

        if (words.Length > 0)
            yield return words;
    }
}
