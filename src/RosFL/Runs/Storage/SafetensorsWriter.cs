using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RosFL.Runs;

/// <summary>
/// Writes a safetensors file tensor by tensor: names and shapes are declared first, values follow in the same order, so a file larger than
/// memory can be written. The header is padded with spaces to a multiple of 8.
/// </summary>
public sealed class SafetensorsWriter
{
    private readonly Stream stream;
    private readonly Queue<TensorEntry> expected;

    /// <param name="tensors">Name, type and shape in order; their offsets are computed here.</param>
    public SafetensorsWriter(Stream stream, IEnumerable<TensorEntry> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        this.stream = stream;
        expected = new(Place(tensors));
        var header = Header(expected, metadata ?? new Dictionary<string, string>());
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, (header.Length + 7) / 8 * 8);
        stream.Write(prefix);
        stream.Write(header);
        stream.Write("       "u8[..(-header.Length & 7)]);
    }

    /// <summary>The next float32 tensor's values.</summary>
    public void Write(ReadOnlySpan<float> values)
    {
        var entry = Next();
        if (entry.Type != "F32" || values.Length * 4L != entry.End - entry.Begin)
            throw new ArgumentException($"Tensor '{entry.Name}' was declared as {entry.Type} of {entry.End - entry.Begin} bytes.", nameof(values));
        stream.Write(MemoryMarshal.AsBytes(values));
    }

    /// <summary>The next tensor's raw bytes, copied from another file.</summary>
    public void Copy(SafetensorsFile source, TensorEntry tensor)
    {
        var entry = Next();
        if (entry.Type != tensor.Type || entry.End - entry.Begin != tensor.End - tensor.Begin)
            throw new ArgumentException($"Tensor '{entry.Name}' was declared otherwise than its source.", nameof(tensor));
        source.CopyTo(tensor, stream);
    }

    /// <summary>To be called after the last tensor: a file with tensors missing would be malformed.</summary>
    public void Complete()
    {
        if (expected.Count > 0)
            throw new InvalidOperationException($"Tensor '{expected.Peek().Name}' was declared but not written.");
    }

    private TensorEntry Next() => expected.TryDequeue(out var entry) ? entry : throw new InvalidOperationException("More tensors were written than declared.");

    private static IEnumerable<TensorEntry> Place(IEnumerable<TensorEntry> tensors)
    {
        var end = 0L;
        foreach (var tensor in tensors)
        {
            var begin = end;
            end += tensor.Shape.Aggregate((long)SafetensorsHeader.SizeOf(tensor.Type), (product, side) => checked(product * side));
            yield return tensor with { Begin = begin, End = end };
        }
    }

    private static byte[] Header(IEnumerable<TensorEntry> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
                WriteMetadata(json, metadata);
            var names = new HashSet<string> { SafetensorsHeader.MetadataName };
            foreach (var tensor in tensors)
                WriteEntry(json, names.Add(tensor.Name) ? tensor : throw new ArgumentException($"Tensor name '{tensor.Name}' is taken.", nameof(tensors)));
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataName);
        foreach (var (name, value) in metadata)
            json.WriteString(name, value);
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, TensorEntry tensor)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Type);
        json.WriteStartArray("shape");
        foreach (var side in tensor.Shape)
            json.WriteNumberValue(side);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(tensor.Begin);
        json.WriteNumberValue(tensor.End);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
