using System.Text.Json;
using System.Text.Json.Serialization;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>Records inside control messages. What does not parse is refused in a sentence.</summary>
internal static class WireJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <exception cref="RosflException">The text is no such record.</exception>
    public static T Read<T>(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, Options) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw new RosflException(ExitCode.Protocol, $"A message holds no sound {typeof(T).Name}: update the program at the other end.", error);
        }
    }

    /// <summary>Null for empty text.</summary>
    public static T? ReadOptional<T>(string text) where T : class => text.Length == 0 ? null : Read<T>(text);
}
