using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RosFL.Runs;

/// <summary>The JSON schema of run files: names, types, defaults, and the documentation of every option, for completion in editors.</summary>
public static partial class RunSchema
{
    private const string Resource = "RosFL.run.schema.json";

    /// <summary>The schema as it was when this assembly was built (docs/run.schema.json).</summary>
    public static string Json()
    {
        using var stream = typeof(RunSchema).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Makes the schema anew from the option records and the compiler's documentation file.</summary>
    /// <param name="documentation">Path of RosFL.Core.xml, which the build writes beside the library.</param>
    public static string Generate(string documentation)
    {
        var docs = XDocument.Load(documentation).Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value, member => Plain(member.Element("summary")));
        var schema = RunJson.Options.GetJsonSchemaAsNode(typeof(RunOptions), new()
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, node) => Describe(context, node, docs),
        }).AsObject();
        Fill(schema, RunJson.Node(new RunOptions()));
        schema["properties"]!.AsObject().Insert(0, "$schema", new JsonObject { ["type"] = "string" });
        schema.Insert(0, "title", "Run file of rosfl");
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        return schema.ToJsonString(RunJson.Options) + "\n";
    }

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode node, Dictionary<string, string> docs)
    {
        if (node is not JsonObject schema)
            return node;
        var text = context.PropertyInfo?.AttributeProvider is MemberInfo member
            ? docs.GetValueOrDefault($"P:{member.DeclaringType!.FullName}.{member.Name}", "")
            : docs.GetValueOrDefault($"T:{context.TypeInfo.Type.FullName}", "");
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (text.Length == 0)
            text = docs.GetValueOrDefault($"T:{type.FullName}", "");
        if (type.IsEnum)
            text = string.Join(" ", Enum.GetNames(type).Zip(RunJson.EnumNames(type), (name, shown) => (Shown: shown, Doc: docs.GetValueOrDefault($"F:{type.FullName}.{name}", "")))
                .Where(entry => entry.Doc.Length > 0).Select(entry => $"{entry.Shown}: {entry.Doc}").Prepend(text).Where(part => part.Length > 0));
        if (text.Length > 0)
            schema["description"] = text;
        return schema;
    }

    /// <summary>Adds the defaults.</summary>
    private static void Fill(JsonObject schema, JsonObject defaults)
    {
        foreach (var (name, property) in schema["properties"]!.AsObject())
            if (property is JsonObject described && defaults[name] is JsonObject group && described["properties"] is not null)
                Fill(described, group);
            else if (property is JsonObject option && defaults[name] is { } value)
                option["default"] = value.DeepClone();
    }

    /// <summary>A doc comment as plain text, options named as the run file names them.</summary>
    private static string Plain(XElement? summary)
    {
        if (summary is null)
            return "";
        var text = string.Concat(summary.Nodes().Select(node => node is XElement element
            ? element.Attribute("cref") is { } target ? OptionName(target.Value) : element.Value
            : node.ToString(SaveOptions.DisableFormatting).Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)));
        return Blanks().Replace(text, " ").Trim();
    }

    private static string OptionName(string target)
    {
        var name = target[(target.LastIndexOf('.') + 1)..];
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
