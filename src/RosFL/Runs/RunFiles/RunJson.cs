using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace RosFL.Runs;

/// <summary>How options are spelled in JSON: camelCase members, kebab-case names of enums, unknown members refused.</summary>
internal static class RunJson
{
    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>Comments and trailing commas are welcome; a member given twice is not.</summary>
    public static JsonDocumentOptions Document { get; } = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    public static JsonTypeInfo Members(Type type) => Options.GetTypeInfo(type);

    public static IReadOnlyList<string> EnumNames(Type type) =>
        [.. Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.SerializeToNode(value, type, Options)!.GetValue<string>())];

    public static JsonObject Node(RunOptions options) => JsonSerializer.SerializeToNode(options, Options)!.AsObject();

    public static string Text(JsonNode? node) => node?.ToJsonString(Compact) ?? "null";

    private static JsonSerializerOptions Compact { get; } = new(Options) { WriteIndented = false };

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectNullableAnnotations = true,
            WriteIndented = true,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
        };
        options.MakeReadOnly();
        return options;
    }
}
