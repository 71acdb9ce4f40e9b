using System.Text;
using System.Text.Json;

namespace RosFL.Runs;

/// <summary>A member that stands twice in one object of a JSON text.</summary>
/// <param name="Path">Its name after those of the objects around it.</param>
internal sealed record RepeatedMember(string Path, int FirstLine, int SecondLine)
{
    public string Sentence => $"member '{Path}' is given on line {FirstLine} and again on line {SecondLine}, and a member may be given once: keep one of the two.";

    /// <summary>The first in a text; null where there is none, or the text is no JSON before it.</summary>
    public static RepeatedMember? In(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        try
        {
            return In(bytes);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException) // the latter for a name that ends in half a character
        {
            return null;
        }
    }

    private static RepeatedMember? In(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var open = new Stack<(string Path, Dictionary<string, int> Lines)>();
        var path = "";
        while (reader.Read())
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open.Push((path, []));
                    break;
                case JsonTokenType.EndObject:
                    path = open.Pop().Path;
                    break;
                case JsonTokenType.PropertyName:
                    var (around, lines) = open.Peek();
                    var (name, line) = (reader.GetString()!, json[..(int)reader.TokenStartIndex].Count((byte)'\n') + 1); // a name is never null
                    path = RunFileShape.Join(around, name);
                    if (!lines.TryAdd(name, line)) return new(path, lines[name], line);
                    break;
            }
        return null;
    }
}
