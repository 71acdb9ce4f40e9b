using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace RosFL.Runs;

/// <summary>
/// Compares a run file's JSON with the shape of <see cref="RunOptions"/> and takes out what does not fit, so that one reading finds
/// every error: unknown members, wrong types, unknown names of enums.
/// </summary>
internal sealed class RunFileShape
{
    private readonly List<RunFault> faults = [];

    public static IReadOnlyList<RunFault> Prune(JsonObject root)
    {
        var shape = new RunFileShape();
        shape.Object(root, typeof(RunOptions), "");
        return shape.faults;
    }

    public static string Join(string path, string member) => path.Length == 0 ? member : $"{path}.{member}";

    private void Object(JsonObject node, Type type, string path)
    {
        var members = RunJson.Members(type).Properties;
        foreach (var (name, value) in node.ToList())
        {
            var at = Join(path, name);
            if (at == "$schema")
                node.Remove(name);
            else if (members.FirstOrDefault(member => member.Name == name) is not { } member)
                Refuse(node, name, at, $"is unknown; {NearestName.Suggest(name, [.. members.Select(m => m.Name)])}");
            else if (value is null && IsNullable(member))
                node.Remove(name);
            else if (!Fits(value, member.PropertyType, at, out var rule))
                Refuse(node, name, at, $"is {RunJson.Text(value)}; {rule}.");
        }
    }

    private void Refuse(JsonObject node, string name, string path, string rest)
    {
        faults.Add(new(path, $"Option '{path}' {rest}"));
        node.Remove(name);
    }

    private bool Fits(JsonNode? value, Type type, string path, out string rule)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        rule = Rule(bare);
        if (value is JsonObject child && RunJson.Members(bare).Kind == JsonTypeInfoKind.Object)
            Object(child, bare, path);
        else if (value is JsonArray items && bare.IsArray)
            Items(items, bare.GetElementType()!, path);
        else
            return value is JsonValue single && IsSingle(single, bare);
        return true;
    }

    private void Items(JsonArray items, Type type, string path)
    {
        for (var i = items.Count - 1; i >= 0; i--)
        {
            var at = $"{path}[{i}]";
            if (Fits(items[i], type, at, out var rule))
                continue;
            faults.Add(new(path, $"Option '{at}' is {RunJson.Text(items[i])}; {rule}."));
            items.RemoveAt(i);
        }
    }

    private static bool IsSingle(JsonValue value, Type type) => Type.GetTypeCode(type.IsEnum ? null : type) switch
    {
        TypeCode.Empty => value.GetValueKind() == JsonValueKind.String && RunJson.EnumNames(type).Contains(value.GetValue<string>()),
        TypeCode.String => value.GetValueKind() == JsonValueKind.String,
        TypeCode.Boolean => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        TypeCode.Int32 => value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<int>(out _),
        TypeCode.Int64 => value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<long>(out _),
        TypeCode.Double => value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<double>(out var number) && double.IsFinite(number),
        _ => false,
    };

    private static string Rule(Type type) => Type.GetTypeCode(type.IsEnum ? null : type) switch
    {
        TypeCode.Empty => $"it must be one of {string.Join(", ", RunJson.EnumNames(type))}",
        TypeCode.String => "it must be a text in quotes",
        TypeCode.Boolean => "it must be true or false",
        TypeCode.Int32 or TypeCode.Int64 => "it must be a whole number",
        TypeCode.Double => "it must be a number",
        _ => type.IsArray ? "it must be a list in [ ]" : "it must be a group of options in { }",
    };

    private static bool IsNullable(JsonPropertyInfo member) =>
        Nullable.GetUnderlyingType(member.PropertyType) is not null || (!member.PropertyType.IsValueType && member.IsSetNullable);
}
