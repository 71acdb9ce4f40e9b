using System.Text;
using System.Text.Json;

namespace RosFL.Runs;

/// <summary>One training step. <paramref name="Items"/> are the site's image numbers; <paramref name="Loss"/> is from before the update.</summary>
public sealed record StepRecord(int Round, string Site, int Step, IReadOnlyList<int> Items, double Loss);

/// <summary>
/// <c>steps.jsonl</c>: one JSON object a step, in the order of execution. Opened again after a kill it drops the lines of rounds that were
/// never committed. Safe to call from several threads.
/// </summary>
public sealed class StepLog : IDisposable
{
    private readonly StreamWriter writer;
    private readonly Lock gate = new();

    private StepLog(StreamWriter writer) => this.writer = writer;

    /// <param name="lastRound">The last committed round; -1 for none. Later lines are dropped.</param>
    public static StepLog Open(string path, int lastRound)
    {
        if (File.Exists(path))
            AtomicFile.WriteText(path, string.Concat(Read(path).Where(step => step.Round <= lastRound).Select(Line)));
        return new(new StreamWriter(path, append: true, new UTF8Encoding(false)) { NewLine = "\n" });
    }

    public static IReadOnlyList<StepRecord> Read(string path) => [.. File.ReadLines(path).Select(Parse).OfType<StepRecord>()];

    public void Append(StepRecord step)
    {
        lock (gate)
            writer.Write(Line(step));
    }

    /// <summary>Gives the lines so far to the operating system; to be called before a round is committed.</summary>
    public void Flush()
    {
        lock (gate)
            writer.Flush();
    }

    public void Dispose() => writer.Dispose();

    private static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private static string Line(StepRecord step) => JsonSerializer.Serialize(step, Json) + "\n";

    /// <summary>Null for the last line of a killed process.</summary>
    private static StepRecord? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<StepRecord>(line, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
