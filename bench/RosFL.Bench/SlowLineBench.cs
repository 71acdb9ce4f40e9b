using RosFL.Imaging;
using RosFL.Planning;
using RosFL.Privacy.Audit;
using RosFL.Runs;

namespace RosFL.Bench;

/// <summary>A step whose body is at the end of a line of 100 Mbit/s and 20 ms there and back, with each kind of payload.</summary>
internal static class SlowLineBench
{
    private const double BytesPerSecond = 100e6 / 8;
    private const int Size = 64, Batch = 1, WarmUps = 5;
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(10);

    public static void Run(BenchOptions options)
    {
        SlowLine? line = null;
        using var server = new BodyProcess(options, address => (line = new SlowLine(address, BytesPerSecond, OneWay)).Address);
        using var closed = line!;
        var table = new Table($"Step at the end of 100 Mbit/s and 20 ms there and back, {Size} px, batch {Batch}, {options.Threads} threads, median of {options.Reps}",
            "network and cut", "payload", "KiB a step", "line alone ms", "one process ms", "planned ms", "over the line ms", "planned / over the line");
        foreach (var (name, run) in RemoteBench.Cuts())
            foreach (var payload in Enum.GetValues<PayloadKind>())
                Measure(table, server, closed, name, RemoteBench.Of(run, options, Size) with { Wire = new() { Payload = payload } }, options.Reps);
    }

    private static void Measure(Table table, BodyProcess server, SlowLine line, string name, RunOptions run, int reps)
    {
        var plan = PlanOf(run);
        var plans = new List<double>();
        using var local = new SplitStep(run);
        using var remote = new RemoteStep(run, server);
        var images = BenchRun.Batch(run, Batch, Size);
        for (var i = 0; i < WarmUps; i++) remote.Run(images);
        var before = line.Carried;
        var ms = Interleaved.Medians(reps, () => local.Run(images), () => remote.Run(images), () => plans.Add(Planned(plan)));
        var bytes = (double)(line.Carried - before) / (reps + 1);
        var planned = plans.Order().ElementAt(plans.Count / 2);
        // two requests and two answers, one after the other: each is on the line for its length, and late by one way
        var alone = bytes / BytesPerSecond * 1000 + 4 * OneWay.TotalMilliseconds;
        table.Row(name, $"{run.Wire.Payload}".ToLowerInvariant(), $"{bytes / 1024:f0}", $"{alone:f0}", $"{ms[0]:f0}", $"{planned:f0}", $"{ms[1]:f0}", $"{planned / ms[1]:f2}");
    }

    /// <summary>Milliseconds of a step, from three.</summary>
    private static double Planned(StudyPlan plan) => plan.Lines(TimeSpan.Zero, CancellationToken.None)[0].Step.TotalMilliseconds;

    /// <summary>As 'rosfl plan' makes it, of one site.</summary>
    private static StudyPlan PlanOf(RunOptions run)
    {
        run = run with
        {
            Training = run.Training with { Batch = Batch },
            Data = new() { Phantoms = new() { Sites = 1, Size = Size } },
            Audit = new() { Cuts = [CutName.Of(run.Cut)] },
        };
        return new(run, SiteImages.Open(run)[0], 1, new Connection(BytesPerSecond, 2 * OneWay), new Dictionary<string, AuditSummary>());
    }
}
