using System.Text.Json;

namespace RosFL.Runs;

/// <summary>What reading a log from its beginning found.</summary>
/// <param name="Lines">Good lines.</param>
/// <param name="LastHash">Hash of the last good line; to be kept elsewhere by whoever wants to notice lines cut off.</param>
/// <param name="BadLine">Number of the first bad line, counted from 1; null when all are good.</param>
/// <param name="Torn">Bytes after the last line end when that is all that is wrong: a crash while writing.</param>
public sealed record AuditVerdict(long Lines, string LastHash, long? BadLine, string Reason, int Torn)
{
    internal static AuditVerdict Of(FileStream file)
    {
        var (lines, last) = (0L, AuditLine.NoHash);
        file.Seek(0, SeekOrigin.Begin);
        var content = new byte[file.Length];
        file.ReadExactly(content);
        for (var rest = content.AsSpan(); rest.Length > 0; lines++)
        {
            var end = rest.IndexOf((byte)'\n');
            if (end < 0) return new(lines, last, lines + 1, "has no end: it was torn by a crash", rest.Length);
            if (Fault(rest[..end], lines + 1, last, out var hash) is { } fault) return new(lines, last, lines + 1, fault, 0);
            last = hash;
            rest = rest[(end + 1)..];
        }

        return new(lines, last, null, "", 0);
    }

    private static string? Fault(ReadOnlySpan<byte> text, long number, string previous, out string hash)
    {
        hash = "";
        AuditLine? line;
        try
        {
            line = JsonSerializer.Deserialize<AuditLine>(text, StrictJson.Options);
        }
        catch (JsonException)
        {
            return "is no line of an audit log";
        }

        if (line is null) return "is no line of an audit log";
        hash = line.Hash;
        if (line.Sequence != number) return $"has number {line.Sequence}: a line was taken out or put in";
        if (line.Previous != previous) return "does not follow the line before it";
        return line.Hash == line.Expected() ? null : "was changed after it was written";
    }
}
