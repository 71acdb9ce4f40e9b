namespace RosFL.Imaging.Formats;

/// <summary>
/// MATLAB 5 MAT-files (format of "MAT-File Format", MathWorks R2015): real numeric arrays, compressed or not, both byte orders. Cells,
/// structures, text, sparse and complex arrays are not numbers of a picture and are passed over.
/// </summary>
public static class MatFile
{
    private const int HeaderLength = 128;

    /// <summary>Every real numeric array of the file by its name, row-major.</summary>
    /// <exception cref="RosFL.Runs.RosflException">The file is malformed, or a version 7.3 (HDF5) or version 4 file.</exception>
    public static IReadOnlyDictionary<string, NumericArray> Read(string path)
    {
        var file = new SourceFile(path);
        var arrays = new Dictionary<string, NumericArray>();
        foreach (var matrix in Matrices(file))
        {
            if (matrix.IsRealNumeric && !arrays.TryAdd(matrix.Name, matrix.ReadArray()))
                throw file.Refused("holds two arrays of one name", "names must differ");
        }
        return arrays;
    }

    /// <summary>The array called <paramref name="name"/>, row-major.</summary>
    /// <exception cref="RosFL.Runs.RosflException">The file is malformed or has no such array.</exception>
    public static NumericArray ReadArray(string path, string name)
    {
        var file = new SourceFile(path);
        return Matrices(file).FirstOrDefault(matrix => matrix.IsRealNumeric && matrix.Name == name)?.ReadArray()
            ?? throw file.Refused($"holds no real numeric array named '{name}'", "save it under that name");
    }

    /// <summary>The array "data", or else the only array of the file, as a picture.</summary>
    internal static Picture ReadPicture(string path)
    {
        var file = new SourceFile(path);
        var arrays = Read(path);
        if (!arrays.TryGetValue("data", out var array) && arrays.Count != 1)
            throw file.Refused($"holds {arrays.Count} real numeric arrays", "a picture's file holds one, or names it 'data'");
        return (array ?? arrays.Values.Single()).ToPicture(file);
    }

    private static IEnumerable<MatMatrix> Matrices(SourceFile file)
    {
        var bytes = file.ReadAll();
        var bigEndian = ParseHeader(file, bytes);
        var elements = new MatElements(file, bytes.AsMemory(HeaderLength), bigEndian);
        while (elements.Next() is { } found)
        {
            var element = found.Type == MatElements.Compressed ? MatElements.Inflate(file, found.Content, bigEndian) : found;
            if (element.Type != MatElements.Matrix)
                throw file.Refused($"holds an element of type {element.Type} beside its arrays", "a MATLAB 5 file consists of arrays");
            yield return MatMatrix.Parse(file, element.Content, bigEndian);
        }
    }

    /// <summary>Checks the first 128 bytes; true where the file's byte order is big-endian.</summary>
    private static bool ParseHeader(SourceFile file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("MATLAB 7.3 MAT-file"u8))
            throw file.Refused("is a MATLAB 7.3 file, which is HDF5", "version 5 is read: save it with save(..., '-v7')");
        if (bytes.Length < HeaderLength)
            throw file.Refused($"is {bytes.Length} bytes long", $"a MATLAB 5 file begins with {HeaderLength} bytes of header");
        var mark = bytes[126..128];
        if (!mark.SequenceEqual("MI"u8) && !mark.SequenceEqual("IM"u8))
            throw file.Refused("lacks the byte-order mark of a MATLAB 5 file", "version 5 is read: save it with save(..., '-v7')");
        var bigEndian = mark[0] == 'M';
        var version = new EndianBytes(bytes, bigEndian).UInt16(124);
        if (version == 0x0200)
            throw file.Refused("is a MATLAB 7.3 file, which is HDF5", "version 5 is read: save it with save(..., '-v7')");
        return version == 0x0100 ? bigEndian
            : throw file.Refused($"has MAT-file version 0x{version:x4}", "version 5 (0x0100) is read");
    }
}
