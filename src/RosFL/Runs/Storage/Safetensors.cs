namespace RosFL.Runs;

/// <summary>Whole safetensors files in one call.</summary>
public static class Safetensors
{
    /// <summary>All tensors as float32, in the order of their data.</summary>
    public static IReadOnlyList<NamedArray> Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return [.. file.ReadAll()];
    }

    /// <summary>Writes a file of float32 tensors atomically.</summary>
    public static void Write(string path, IReadOnlyList<NamedArray> arrays, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, arrays, metadata));

    public static void Write(Stream stream, IReadOnlyList<NamedArray> arrays, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var writer = new SafetensorsWriter(stream, arrays.Select(array => new TensorEntry(array.Name, "F32", array.Shape, 0, 0)), metadata);
        foreach (var array in arrays)
            writer.Write(array.Values);
        writer.Complete();
    }

    /// <summary>Joins files with different tensor names into one, atomically and without holding a tensor in memory.</summary>
    public static void Join(string path, IReadOnlyList<string> parts)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            files.AddRange(parts.Select(SafetensorsFile.Open));
            AtomicFile.Write(path, stream =>
            {
                var writer = new SafetensorsWriter(stream, files.SelectMany(file => file.Entries));
                foreach (var file in files)
                    foreach (var entry in file.Entries)
                        writer.Copy(file, entry);
                writer.Complete();
            });
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }
}
