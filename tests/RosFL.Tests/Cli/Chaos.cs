using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RosFL.Runs;

namespace RosFL.Tests.Cli;

/// <summary>What goes wrong in one study: crashes at named points, or kills and freezes at moments drawn from a seed and counted in lines that the study tells.</summary>
internal sealed class Chaos
{
    private readonly Dictionary<string, int> processes = [];
    private readonly Queue<(int Line, bool Freeze, int Party)> events;
    private int line;
    private (int Process, int Until)? frozen;

    private Chaos(string crashes, IEnumerable<(int, bool, int)> events) =>
        (Environment, this.events) = (crashes.Length == 0 ? new Dictionary<string, string>() : new() { [CrashPoint.Variable] = crashes }, new(events));

    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Processes that were started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>A few in the ordinary run of the tests.</summary>
    public static IEnumerable<int> Seeds =>
        Enumerable.Range(1, int.Parse(System.Environment.GetEnvironmentVariable("ROSFL_CHAOS_SEEDS") ?? "2", CultureInfo.InvariantCulture));

    public static Chaos At(IEnumerable<string> crashes) => new(string.Join(',', crashes), []);

    public static Chaos Drawn(int seed, int events)
    {
        var random = RosFL.Runs.Seeds.Random(new Seeds(seed).For("chaos"));
        return new("", Enumerable.Range(0, events).Select(i => (Line: 6 + 4 * i + random.Next(4), random.Next(4) == 0, random.Next(1000))).ToList());
    }

    /// <summary>Told each line that <c>rosfl up --json</c> prints.</summary>
    public void Hear(string text)
    {
        line++;
        if (JsonDocument.Parse(text).RootElement is { } told && told.TryGetProperty("text", out var phase)) Note(phase.GetString()!);
        if (frozen is { } cold && line >= cold.Until) Thaw(cold.Process);
        if (events.Count == 0 || line < events.Peek().Line || processes.Count == 0) return;
        var (_, freeze, party) = events.Dequeue();
        var process = processes.OrderBy(p => p.Key, StringComparer.Ordinal).ElementAt(party % processes.Count).Value;
        if (!freeze) Signal("KILL", process);
        else if (frozen is null)
        {
            Signal("STOP", process);
            _ = Task.Delay(TimeSpan.FromSeconds(2)).ContinueWith(_ => Thaw(process), TaskScheduler.Default);
        }
    }

    private void Note(string text)
    {
        const string Runs = " runs as process ";
        if (text.IndexOf(Runs, StringComparison.Ordinal) is > 0 and var at)
            processes[text[..at]] = int.Parse(text[(at + Runs.Length)..], CultureInfo.InvariantCulture);
        if (text.EndsWith("is started again", StringComparison.Ordinal)) Restarts++;
    }

    private void Thaw(int process)
    {
        frozen = null;
        Signal("CONT", process);
    }

    private static void Signal(string signal, int process)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", [$"-{signal}", $"{process}"]) { RedirectStandardError = true })!;
        kill.WaitForExit();
    }
}
