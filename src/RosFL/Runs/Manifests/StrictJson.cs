using System.Text.Json;
using System.Text.RegularExpressions;

namespace RosFL.Runs;

/// <summary>JSON that other parties wrote: spelled as run files are, but without comments, unknown members or members given twice, and short.</summary>
public static partial class StrictJson
{
    /// <summary>No invite, manifest or roster comes near this.</summary>
    public const int LongestText = 4 << 20;

    internal static JsonSerializerOptions Options { get; } = new(RunJson.Options) { AllowDuplicateProperties = false, RespectRequiredConstructorParameters = true, MaxDepth = 16 };

    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Options) + "\n";

    /// <param name="source">Stands before the error: a file or an address.</param>
    /// <exception cref="RosflException">The text is no JSON of this kind.</exception>
    public static T Read<T>(string text, string source) where T : class
    {
        if (text.Length > LongestText) throw new RosflException(ExitCode.InvalidFile, $"{source}: {text.Length} characters are too many; at most {LongestText} are read.");
        if (HasHalfACharacter(text)) throw new RosflException(ExitCode.InvalidFile, $"{source}: the text holds half a character (a lone surrogate), which UTF-8 cannot hold: write it again.");
        try
        {
            return JsonSerializer.Deserialize<T>(text, Options) ?? throw new RosflException(ExitCode.InvalidFile, $"{source}: the file holds null; it must be one JSON object {{ }}.");
        }
        catch (Exception error) when (error is JsonException or ArgumentException) // a member given twice inside a JsonObject comes as the latter
        {
            var fault = RepeatedMember.In(text)?.Sentence ?? $"not what is expected at '{(error as JsonException)?.Path ?? "$"}': {Short(error.Message)}";
            throw new RosflException(ExitCode.InvalidFile, $"{source}: {fault}", error);
        }
    }

    /// <exception cref="RosflException">The file cannot be read, or is no JSON of this kind.</exception>
    public static T Load<T>(string path) where T : class
    {
        try
        {
            if (new FileInfo(path).Length > LongestText) throw new RosflException(ExitCode.InvalidFile, $"File '{path}' is longer than {LongestText} bytes and is not read.");
            return Read<T>(File.ReadAllText(path), $"File '{path}'");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RosflException(ExitCode.InvalidFile, $"File '{path}' cannot be read: give the path of a readable file.", error);
        }
    }

    /// <summary>As a character or as an escape. Nothing of ours is written with such escapes: a name is plain ASCII.</summary>
    internal static bool HasHalfACharacter(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i]))) return true;
        return SurrogateEscape().IsMatch(text);
    }

    /// <summary>Not behind an escaped backslash: D:\\udine is a path.</summary>
    [GeneratedRegex(@"(?<!\\)(\\\\)*\\u[dD]")]
    private static partial Regex SurrogateEscape();

    private static string Short(string message)
    {
        var end = message.IndexOf(" Path:", StringComparison.Ordinal);
        var sentence = (end < 0 ? message : message[..end]).TrimEnd('.');
        return (sentence.Length > 200 ? sentence[..200] : sentence) + ".";
    }
}
