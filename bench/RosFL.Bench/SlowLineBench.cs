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
            "network and cut", "payload", "KiB a step", "line alone ms", "one process ms", "over the line ms");
        foreach (var (name, run) in RemoteBench.Cuts())
            foreach (var payload in Enum.GetValues<PayloadKind>())
                Measure(table, server, closed, name, RemoteBench.Of(run, options, Size) with { Wire = new() { Payload = payload } }, options.Reps);
    }

    private static void Measure(Table table, BodyProcess server, SlowLine line, string name, RunOptions run, int reps)
    {
        using var local = new SplitStep(run);
        using var remote = new RemoteStep(run, server);
        var images = BenchRun.Batch(run, Batch, Size);
        for (var i = 0; i < WarmUps; i++) remote.Run(images);
        var before = line.Carried;
        var ms = Interleaved.Medians(reps, () => local.Run(images), () => remote.Run(images));
        var bytes = (double)(line.Carried - before) / (reps + 1);
        // two requests and two answers, one after the other: each is on the line for its length, and late by one way
        var alone = bytes / BytesPerSecond * 1000 + 4 * OneWay.TotalMilliseconds;
        table.Row(name, $"{run.Wire.Payload}".ToLowerInvariant(), $"{bytes / 1024:f0}", $"{alone:f0}", $"{ms[0]:f0}", $"{ms[1]:f0}");
    }
}
