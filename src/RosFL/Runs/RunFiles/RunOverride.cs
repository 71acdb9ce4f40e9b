using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace RosFL.Runs;

/// <summary>
/// <c>--set path=value</c>: <c>training.batch=8</c>, <c>preprocessing.patch=[64,64]</c>, <c>data.sites[0].name=north</c>. The value is
/// JSON; texts and names need no quotes; <c>null</c> takes the option out of the file, back to its default.
/// </summary>
internal sealed partial record RunOverride(string Path, string Value)
{
    /// <summary>Applies "path=value" to the file's JSON and returns what is wrong with it, or null.</summary>
    public static RunFault? Apply(JsonObject root, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals <= 0
            ? new(text, $"Override '{text}' has no '='; write --set path=value, for example --set training.batch=8.")
            : new RunOverride(text[..equals].Trim(), text[(equals + 1)..].Trim()).Apply(root);
    }

    private RunFault? Apply(JsonObject root)
    {
        if (!Legal().IsMatch(Path))
            return new(Path, $"Override '{Path}' is no path; write names with dots between them, for example data.sites[0].name.");
        var types = new List<Type> { typeof(RunOptions) };
        foreach (var step in Steps())
        {
            if (Descend(types[^1], step) is not { } type)
                return Unknown(types[^1], step);
            types.Add(type);
        }

        return Place(root, types);
    }

    private List<string> Steps() => [.. Path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries)];

    private static Type? Descend(Type type, string step)
    {
        if (step[0] == '[')
            return type.GetElementType();
        return type.IsArray || type == typeof(string) || RunJson.Members(type).Kind != JsonTypeInfoKind.Object
            ? null
            : RunJson.Members(type).Properties.FirstOrDefault(member => member.Name == step)?.PropertyType;
    }

    private RunFault Unknown(Type type, string step)
    {
        var known = type.IsArray || RunJson.Members(type).Kind != JsonTypeInfoKind.Object ? [] : RunJson.Members(type).Properties.Select(m => m.Name).ToList();
        var remedy = known.Count > 0 ? NearestName.Suggest(step, known) : "there are no options below that one.";
        return new(Path, $"Override '{Path}' names the unknown option '{step}'; {remedy}");
    }

    private static JsonNode? Child(JsonNode node, string step, Type type)
    {
        JsonNode Empty() => type.IsArray ? new JsonArray() : new JsonObject();
        if (node is JsonObject group && step[0] != '[')
            return group[step] ?? (group[step] = Empty());
        if (node is not JsonArray list || step[0] != '[' || Index(step) > list.Count)
            return null;
        if (Index(step) == list.Count)
            list.Add(Empty());
        return list[Index(step)];
    }

    /// <param name="types">The types along the path, the whole run's first.</param>
    private RunFault? Place(JsonNode node, List<Type> types)
    {
        var steps = Steps();
        for (var i = 0; i < steps.Count - 1; i++)
            if (Child(node, steps[i], types[i + 1]) is { } child)
                node = child;
            else
                return NoPlace(steps[i]);
        var (last, value) = (steps[^1], Parse(types[^1]));
        if (node is JsonObject group && last[0] != '[')
            group.Remove(last);
        else if (node is not JsonArray list || last[0] != '[' || Index(last) > list.Count)
            return NoPlace(last);
        else if (Index(last) < list.Count)
            list.RemoveAt(Index(last));
        if (value is not null && node is JsonArray items)
            items.Insert(Index(last), value);
        else if (value is not null)
            node[last] = value;
        return null;
    }

    private RunFault NoPlace(string step) =>
        new(Path, $"Override '{Path}' does not fit the run file: there is no place for '{step}'; items are added one after the other from [0].");

    private JsonNode? Parse(Type type)
    {
        if (Value == "null")
            return null;
        if ((type == typeof(string) || (Nullable.GetUnderlyingType(type) ?? type).IsEnum) && !Value.StartsWith('"'))
            return JsonValue.Create(Value);
        try
        {
            return JsonNode.Parse(Value, documentOptions: RunJson.Document);
        }
        catch (JsonException)
        {
            return JsonValue.Create(Value); // the shape check names the right type
        }
    }

    private static int Index(string step) => int.Parse(step[1..^1], CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[A-Za-z0-9_$-]+(\[\d{1,6}\])*(\.[A-Za-z0-9_$-]+(\[\d{1,6}\])*)*\z")]
    private static partial Regex Legal();
}
