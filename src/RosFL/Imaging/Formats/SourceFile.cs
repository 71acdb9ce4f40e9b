using RosFL.Runs;

namespace RosFL.Imaging.Formats;

/// <summary>
/// A file of foreign origin that is being read. Words every refusal as "found; rule" and checks sizes before anything is allocated.
/// </summary>
internal sealed class SourceFile(string path)
{
    /// <summary>The most values a picture may hold: 2^29, 2 GiB of floats.</summary>
    public const long MaxValues = 1L << 29;

    /// <summary>Deflate cannot grow data by more than this factor, so a declared size beyond it is a lie.</summary>
    public const long MaxInflation = 1032;

    public string Path { get; } = path;

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The one way a file is refused: its name, what was found, the rule that this breaks.</summary>
    public RosflException Refused(string found, string rule, Exception? cause = null) =>
        new(ExitCode.InvalidFile, $"File '{Name}' {found}; {rule}.", cause);

    /// <summary>Opens the file, parses it, and turns what the operating system or a decompressor says into a refusal.</summary>
    public T Read<T>(Func<FileStream, T> parse) => Guard(() =>
    {
        using var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        return parse(stream);
    });

    /// <summary>Runs what reads or inflates bytes of the file and words its failures.</summary>
    public T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Refused("does not exist", "name a file that does", e);
        }
        catch (InvalidDataException e)
        {
            throw Refused("holds compressed data that are damaged", "copy or export it again", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused("cannot be read by this user or from this disk", "check its permissions and the disk", e);
        }
    }

    public byte[] ReadAll() => Read(stream =>
    {
        if (stream.Length > Array.MaxLength)
            throw Refused($"is {stream.Length} bytes long", $"this format is read up to {Array.MaxLength} bytes");
        var bytes = new byte[stream.Length];
        Fill(stream, bytes, "its content");
        return bytes;
    });

    /// <summary>Fills all of <paramref name="bytes"/> or refuses the file as truncated in <paramref name="part"/>.</summary>
    public void Fill(Stream stream, Span<byte> bytes, string part)
    {
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read < bytes.Length)
            throw Refused($"ends inside {part} (after {read} of {bytes.Length} bytes)", "a whole file is needed: copy it again");
    }

    public void RefuseMore(Stream stream, string end)
    {
        if (stream.ReadByte() >= 0)
            throw Refused($"goes on after {end}", "nothing may follow the data that the header declares");
    }

    /// <summary>The product of <paramref name="sizes"/>, each at least 1, together at most <see cref="MaxValues"/>.</summary>
    public int Count(string what, params ReadOnlySpan<long> sizes)
    {
        var count = 1L;
        foreach (var size in sizes)
        {
            if (size < 1)
                throw Refused($"declares {what} {string.Join(" x ", sizes.ToArray())}", "every size must be at least 1");
            if (size > MaxValues / count)
                throw Refused($"declares {what} {string.Join(" x ", sizes.ToArray())}", $"at most {MaxValues} values are read");
            count *= size;
        }
        return (int)count;
    }

    /// <summary>The number in single precision, refused where that is not finite.</summary>
    public float Finite(double number)
    {
        var value = (float)number;
        return float.IsFinite(value) ? value
            : throw Refused("holds a value that is not a finite number of single precision", "images and labels hold finite numbers only");
    }
}
