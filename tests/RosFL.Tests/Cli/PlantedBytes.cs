using System.Globalization;

namespace RosFL.Tests.Cli;

/// <summary>Looks for byte strings in files, and in what a process holds (on Linux).</summary>
internal static class PlantedBytes
{
    private const int PieceBytes = 1 << 20;

    /// <summary>How many of the byte strings are in any of the files.</summary>
    public static int InFiles(IEnumerable<string> files, IReadOnlyList<byte[]> known)
    {
        var contents = files.Select(File.ReadAllBytes).ToList();
        return known.Count(bytes => contents.Exists(content => content.AsSpan().IndexOf(bytes) >= 0));
    }

    /// <summary>How many of the byte strings are in the writable memory of a process.</summary>
    public static int InMemory(int process, IReadOnlyList<byte[]> known)
    {
        var found = new HashSet<byte[]>();
        var overlap = known.Max(k => k.Length) - 1;
        var piece = new byte[PieceBytes + overlap];
        using var memory = new FileStream($"/proc/{process}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
        foreach (var (start, end) in Writable(process))
            for (var at = start; at < end; at += PieceBytes)
            {
                var read = Read(memory, at, piece.AsSpan(0, (int)Math.Min(end - at, piece.Length)));
                foreach (var bytes in known)
                    if (piece.AsSpan(0, read).IndexOf(bytes) >= 0) found.Add(bytes);
            }
        return found.Count;
    }

    private static List<(long Start, long End)> Writable(int process) =>
    [
        .. from line in File.ReadAllLines($"/proc/{process}/maps")
           let fields = line.Split(' ')
           where fields[1].StartsWith("rw", StringComparison.Ordinal)
           let range = fields[0].Split('-')
           let start = long.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
           where start > 0 // system pages beyond the half of the address space
           select (start, long.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
    ];

    /// <summary>Pages that are reserved and not there read as nothing.</summary>
    private static int Read(FileStream memory, long at, Span<byte> piece)
    {
        try
        {
            memory.Position = at;
            return memory.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
