namespace RosFL.Imaging.Formats;

/// <summary>Streams floats out as stored little-endian numbers through one small buffer.</summary>
internal static class NumberWriter
{
    private const int Chunk = 8192;

    public static void Write(Stream stream, NumberType type, ReadOnlySpan<float> values)
    {
        var bytes = new byte[Chunk * type.Size()];
        for (var first = 0; first < values.Length; first += Chunk)
        {
            var part = values[first..Math.Min(first + Chunk, values.Length)];
            var stored = bytes.AsSpan(0, part.Length * type.Size());
            type.Encode(part, stored);
            stream.Write(stored);
        }
    }
}
