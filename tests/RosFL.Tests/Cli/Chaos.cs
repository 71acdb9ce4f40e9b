using System.Collections.Concurrent;
using System.Text.Json;
using RosFL.Runs;
using RosFL.Tests.Grpc;

namespace RosFL.Tests.Cli;

/// <summary>What goes wrong: a process dies, or stands still; connections are reset, or slow.</summary>
internal enum Fault { Kill, Freeze, Cut, Delay, Throttle }

/// <summary>One fault at a moment.</summary>
/// <param name="Line">After so many lines that the study told, and at the latest when the round is committed to which an undisturbed study has told them.</param>
/// <param name="After">And then so long.</param>
/// <param name="Choice">Chooses the party, or the server whose connections suffer.</param>
/// <param name="Time">How long the fault lasts, where it lasts.</param>
internal sealed record ChaosEvent(int Line, TimeSpan After, Fault Fault, int Choice, TimeSpan Time);

/// <summary>
/// What goes wrong in one study of <c>rosfl up</c>: crashes at named points, or faults at moments drawn from a seed. All connections to both servers
/// go through proxies, which is what cuts and slows them.
/// </summary>
internal sealed class Chaos : IDisposable
{
    private static readonly TimeSpan LongestAfter = TimeSpan.FromMilliseconds(60), PieceDelay = TimeSpan.FromMilliseconds(15);
    private const int SlowBytesPerSecond = 256 * 1024;

    /// <summary>That a study of two sites tells where none is lost with a connection.</summary>
    public const int LinesOfARound = 6;

    private readonly Lock gate = new();
    private readonly Queue<ChaosEvent> events;
    private readonly ConcurrentBag<Task> tasks = [];
    private readonly ConcurrentDictionary<Fault, int> happened = new();
    private readonly FaultProxy[] proxies;
    private int line;

    /// <param name="folder">The run folder, where the servers' addresses will be.</param>
    private Chaos(string folder, IReadOnlyDictionary<string, string> environment, IEnumerable<ChaosEvent> events)
    {
        proxies = [.. new[] { "aggregate", "compute" }.Select(server => new FaultProxy(() => AddressOf(folder, server)))];
        Environment = new Dictionary<string, string>(environment)
        {
            ["ROSFL_AGGREGATIONSERVER"] = proxies[0].Address.OriginalString,
            ["ROSFL_COMPUTATIONSERVER"] = proxies[1].Address.OriginalString,
            ["DOTNET_GCgen0size"] = "0x1000000", // 16 MiB; else it follows the machine's cache, and with it what a process holds
        };
        this.events = new(events);
    }

    public IReadOnlyDictionary<string, string> Environment { get; }

    public ChaosParties Parties { get; } = new();

    /// <summary>Faults that happened, the crashes at named points not among them.</summary>
    public IReadOnlyDictionary<Fault, int> Happened => happened;

    /// <summary>Rounds in the order in which the study told that they are committed.</summary>
    public List<int> Committed { get; } = [];

    /// <summary>Told of each of them.</summary>
    public Action<Chaos> OnCommitted { get; init; } = _ => { };

    /// <param name="crashes">Such as hospital-1:site-step:2; each start of a party takes its next.</param>
    /// <param name="more">Further variables of the processes.</param>
    public static Chaos At(string folder, IEnumerable<string> crashes, params (string Name, string Value)[] more) =>
        new(folder, more.Append((CrashPoint.Variable, string.Join(',', crashes))).ToDictionary(m => m.Item1, m => m.Item2), []);

    /// <param name="faults">Drawn from; one that is named twice comes twice as often.</param>
    /// <param name="spacing">Lines from one fault to the next.</param>
    /// <param name="repeat">Messages of 100 that are sent again.</param>
    public static Chaos Drawn(string folder, int seed, int count, IReadOnlyList<Fault> faults, int spacing, int repeat, Action<Chaos>? onCommitted = null)
    {
        var random = Seeds.Random(new Seeds(seed).For("chaos"));
        TimeSpan Upto(TimeSpan longest) => longest * random.NextDouble();
        var drawn = Enumerable.Range(0, count).Select(i => new ChaosEvent(
            10 + spacing * i + random.Next(spacing), Upto(LongestAfter), faults[random.Next(faults.Count)], random.Next(1000), Upto(TimeSpan.FromSeconds(1)))).ToList();
        return new(folder, new Dictionary<string, string> { [Repetition.Variable] = $"{seed}:{repeat}" }, drawn) { OnCommitted = onCommitted ?? (_ => { }) };
    }

    /// <summary>Told each line that <c>rosfl up --json</c> prints.</summary>
    public void Hear(string text)
    {
        lock (gate)
        {
            line++;
            var told = JsonDocument.Parse(text).RootElement;
            if (told.TryGetProperty("text", out var phase)) Parties.Note(phase.GetString()!);
            if (told.GetProperty("event").GetString() == "committed") Commit(told.GetProperty("round").GetProperty("round").GetInt32());
            while (events.Count > 0 && line >= events.Peek().Line)
            {
                var due = events.Dequeue();
                tasks.Add(Task.Run(() => HappenAsync(due)));
            }
        }
    }

    /// <summary>When the last fault is over.</summary>
    public Task EndAsync() => Task.WhenAll(tasks);

    public void Dispose()
    {
        foreach (var proxy in proxies) proxy.Dispose();
    }

    private void Commit(int round)
    {
        Committed.Add(round);
        line = Math.Max(line, (round + 1) * LinesOfARound);
        OnCommitted(this);
    }

    private async Task HappenAsync(ChaosEvent due)
    {
        await Task.Delay(due.After);
        var proxy = proxies[due.Choice % proxies.Length];
        var hasHappened = true;
        switch (due.Fault)
        {
            case Fault.Kill:
                hasHappened = Parties.Kill(due.Choice);
                break;
            case Fault.Freeze:
                hasHappened = await Parties.FreezeAsync(due.Choice, due.Time);
                break;
            case Fault.Cut:
                proxy.Cut();
                break;
            case Fault.Delay:
                proxy.Delay(PieceDelay, due.Time);
                break;
            case Fault.Throttle:
                proxy.Throttle(SlowBytesPerSecond, due.Time);
                break;
        }
        if (hasHappened) happened.AddOrUpdate(due.Fault, 1, (_, count) => count + 1);
    }

    private static Uri AddressOf(string folder, string server)
    {
        using var configuration = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "network", server + ".json")));
        return new("https://" + configuration.RootElement.GetProperty("listen").GetString());
    }
}
