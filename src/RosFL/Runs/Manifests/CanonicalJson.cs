using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RosFL.Runs;

/// <summary>One spelling for each value, so that equal contents have equal hashes: members sorted by ordinal, no insignificant white space, UTF-8.</summary>
internal static class CanonicalJson
{
    public static byte[] Bytes<T>(T value) => Encoding.UTF8.GetBytes(Text(JsonSerializer.SerializeToNode(value, RunJson.Options)));

    public static string Text(JsonNode? node) => RunJson.Text(Sorted(node));

    /// <summary>SHA-256 of <see cref="Bytes"/> in lower-case hex.</summary>
    public static string Hash<T>(T value) => Convert.ToHexStringLower(SHA256.HashData(Bytes(value)));

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
