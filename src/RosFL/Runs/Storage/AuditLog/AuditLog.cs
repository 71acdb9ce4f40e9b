using System.Text;
using System.Text.Json;

namespace RosFL.Runs;

/// <summary>
/// A party's own record of what it did and refused: JSON lines, each with the hash of the line before, on disk before the call returns. A line that is
/// changed, taken out or put in breaks the chain. Cutting off the newest lines does not: whoever wants that noticed keeps the last hash elsewhere.
/// Several processes may write to one file in turn.
/// </summary>
public sealed class AuditLog
{
    private const int LongestLine = 8192;

    private readonly string path;
    private readonly TimeProvider time;
    private readonly Lock gate = new();

    private AuditLog(string path, TimeProvider time) => (this.path, this.time) = (path, time);

    /// <summary>Opens or begins a log. A torn last line is cut off, with a line that says so.</summary>
    /// <exception cref="RosflException">The chain is broken: somebody changed the file.</exception>
    public static AuditLog Open(string path, TimeProvider time)
    {
        var log = new AuditLog(path, time);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        lock (log.gate)
        {
            using var file = ExclusiveFile.Open(path, time);
            var verdict = AuditVerdict.Of(file);
            if (verdict.Torn > 0)
            {
                file.SetLength(file.Length - verdict.Torn);
                Write(file, AuditLine.Of(time.GetUtcNow(), verdict.Lines + 1, new(AuditEventKind.Repaired) { Sentence = $"{verdict.Torn} bytes of a torn last line were cut off." }, verdict.LastHash));
            }
            else if (verdict.BadLine is { } line)
                throw new RosflException(ExitCode.NotTrusted, $"Audit log '{path}' was changed: line {line} {verdict.Reason}. Keep the file for whoever investigates, and move it away to begin a new one.");
        }

        return log;
    }

    /// <summary>Appends one line; it is on disk when the call returns.</summary>
    /// <exception cref="RosflException"><see cref="ExitCode.NoSpace"/>: it cannot be written.</exception>
    public AuditLine Append(AuditEvent what)
    {
        lock (gate)
        {
            try
            {
                using var file = ExclusiveFile.Open(path, time);
                var last = Last(file);
                var line = AuditLine.Of(time.GetUtcNow(), (last?.Sequence ?? 0) + 1, what.Cleaned(), last?.Hash ?? AuditLine.NoHash);
                Write(file, line);
                return line;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw AtomicFile.Explain(path, error);
            }
        }
    }

    /// <summary>The first bad line of a log, if there is one. Nothing is repaired.</summary>
    public static AuditVerdict Verify(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return AuditVerdict.Of(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RosflException(ExitCode.InvalidFile, $"Audit log '{path}' cannot be read: give the path of a readable file.", error);
        }
    }

    private static void Write(FileStream file, AuditLine line)
    {
        file.Seek(0, SeekOrigin.End);
        file.Write(Encoding.UTF8.GetBytes(CanonicalJson.Text(JsonSerializer.SerializeToNode(line, RunJson.Options)) + "\n"));
        file.Flush(flushToDisk: true);
    }

    private static AuditLine? Last(FileStream file)
    {
        if (file.Length == 0) return null;
        var tail = new byte[Math.Min(file.Length, LongestLine)];
        file.Seek(-tail.Length, SeekOrigin.End);
        file.ReadExactly(tail);
        var text = tail.AsSpan(0, tail.Length - 1);
        return JsonSerializer.Deserialize<AuditLine>(text[(text.LastIndexOf((byte)'\n') + 1)..], StrictJson.Options);
    }
}
