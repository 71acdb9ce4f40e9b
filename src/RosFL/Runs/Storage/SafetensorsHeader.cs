using System.Text.Json;

namespace RosFL.Runs;

/// <summary>
/// The JSON header of a safetensors file, read strictly: known types, shapes that fit their bytes, and tensors that tile the data section
/// without gap, overlap or remainder (as the format's reference reader demands).
/// </summary>
internal sealed record SafetensorsHeader(IReadOnlyList<TensorEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The limit of the format's reference reader.</summary>
    public const int MaxLength = 100_000_000;

    public const string MetadataName = "__metadata__";

    private static readonly Dictionary<string, int> Sizes = new()
    {
        ["F64"] = 8,
        ["I64"] = 8,
        ["U64"] = 8,
        ["F32"] = 4,
        ["I32"] = 4,
        ["U32"] = 4,
        ["F16"] = 2,
        ["BF16"] = 2,
        ["I16"] = 2,
        ["U16"] = 2,
        ["I8"] = 1,
        ["U8"] = 1,
        ["BOOL"] = 1,
        ["F8_E4M3"] = 1,
        ["F8_E5M2"] = 1,
    };

    public static int SizeOf(string type) => Sizes[type];

    /// <exception cref="FormatException">The message says what is wrong.</exception>
    public static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, long dataLength)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new FormatException("its header is no JSON object");
            var members = document.RootElement.EnumerateObject().ToList();
            var entries = members.Where(member => member.Name != MetadataName).Select(Entry).OrderBy(entry => entry.Begin).ThenBy(entry => entry.End).ToList();
            Tile(entries, dataLength);
            return new(entries, members.Where(member => member.Name == MetadataName).SelectMany(Texts).ToDictionary());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or OverflowException)
        {
            throw new FormatException("its header is no valid JSON", error);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Texts(JsonProperty metadata)
    {
        if (metadata.Value.ValueKind != JsonValueKind.Object)
            throw new FormatException("its __metadata__ is no JSON object");
        return metadata.Value.EnumerateObject().Select(member => member.Value.ValueKind == JsonValueKind.String
            ? KeyValuePair.Create(member.Name, member.Value.GetString()!)
            : throw new FormatException($"its __metadata__ has a '{member.Name}' that is no text"));
    }

    private static TensorEntry Entry(JsonProperty member)
    {
        if (member.Value.ValueKind != JsonValueKind.Object || member.Value.EnumerateObject().Count() != 3
            || !member.Value.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String
            || !member.Value.TryGetProperty("shape", out var shape) || !member.Value.TryGetProperty("data_offsets", out var offsets))
            throw new FormatException($"its tensor '{member.Name}' needs exactly dtype, shape and data_offsets");
        var range = Numbers(offsets, member.Name);
        if (range.Length != 2 || range[0] > range[1])
            throw new FormatException($"its tensor '{member.Name}' has wrong data_offsets");
        var entry = new TensorEntry(member.Name, type.GetString()!, Numbers(shape, member.Name), range[0], range[1]);
        if (!Sizes.TryGetValue(entry.Type, out var size))
            throw new FormatException($"its tensor '{member.Name}' has the unknown dtype '{entry.Type}'");
        return Bytes(entry.Shape, size) == entry.End - entry.Begin
            ? entry
            : throw new FormatException($"its tensor '{member.Name}' has a shape that does not fit its {entry.End - entry.Begin} bytes");
    }

    private static long[] Numbers(JsonElement list, string tensor)
    {
        if (list.ValueKind != JsonValueKind.Array)
            throw new FormatException($"its tensor '{tensor}' has a list that is none");
        return [.. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var number) && number >= 0
            ? number
            : throw new FormatException($"its tensor '{tensor}' has a number that is no whole number from 0 on"))];
    }

    private static long Bytes(long[] shape, int size) => shape.Contains(0) ? 0 : shape.Aggregate((long)size, (product, side) => checked(product * side));

    private static void Tile(IReadOnlyList<TensorEntry> entries, long dataLength)
    {
        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != end)
                throw new FormatException($"its tensor '{entry.Name}' begins at byte {entry.Begin} where {end} was expected (a gap or an overlap)");
            end = entry.End;
        }

        if (end != dataLength)
            throw new FormatException($"its tensors take {end} bytes and the file holds {dataLength}");
    }
}
