namespace RosFL.Imaging.Formats;

/// <summary>Streams stored numbers into floats through one small buffer.</summary>
internal static class NumberReader
{
    private const int Chunk = 8192;

    /// <summary>Receives the next numbers in file order; <paramref name="first"/> is the index of the first.</summary>
    public delegate void Sink(int first, ReadOnlySpan<double> numbers);

    public static void Read(SourceFile file, Stream stream, NumberType type, bool bigEndian, int count, Sink sink)
    {
        var bytes = new byte[Chunk * type.Size()];
        var numbers = new double[Chunk];
        for (var first = 0; first < count; first += Chunk)
        {
            var length = Math.Min(Chunk, count - first);
            var part = bytes.AsSpan(0, length * type.Size());
            file.Fill(stream, part, "its values");
            type.Decode(bigEndian, part, numbers);
            sink(first, numbers.AsSpan(0, length));
        }
    }

    /// <summary>Reads <paramref name="count"/> numbers as finite floats; the caller has checked that the file can hold them.</summary>
    public static float[] ReadFloats(SourceFile file, Stream stream, NumberType type, bool bigEndian, int count)
    {
        var values = new float[count];
        Read(file, stream, type, bigEndian, count, (first, numbers) =>
        {
            for (var i = 0; i < numbers.Length; i++)
                values[first + i] = file.Finite(numbers[i]);
        });
        return values;
    }
}
