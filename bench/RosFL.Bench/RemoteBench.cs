using System.Diagnostics;
using RosFL.Runs;

namespace RosFL.Bench;

/// <summary>A step with its body behind TLS on loopback, in a process of its own, against the step in one process.</summary>
internal static class RemoteBench
{
    private const int WarmUps = 60;

    public static void Run(BenchOptions options) => Run(Cuts(), options);

    /// <summary>The narrow cut alone, whose steps are short: in the time of the others it can be repeated more often.</summary>
    public static void RunNarrow(BenchOptions options) => Run([Narrow], options);

    private static void Run(IReadOnlyList<(string, RunOptions)> cuts, BenchOptions options)
    {
        using var server = new BodyProcess(options);
        WarmUp(server, options);
        var table = new Table($"Step over TLS on loopback against one process, {options.Threads} threads, median of {options.Reps}",
            "network and cut", "patch", "batch", "one process ms", "TLS ms", "TLS / one process", "both ends, resident MiB");
        foreach (var (name, run) in cuts)
            foreach (var size in Chosen(options.Patch, 64, 128))
                foreach (var batch in Chosen(options.Batch, 1, 4))
                    Measure(table, server, name, Of(run, options, size), size, batch, options.Reps);
    }

    /// <summary>The wire's code is compiled again while it runs often: steps of a small network until that is done, which would otherwise be in the first row.</summary>
    private static void WarmUp(BodyProcess server, BenchOptions options)
    {
        var run = Of(BenchRun.RedCnn(channels: 8), options, 64);
        using var remote = new RemoteStep(run, server);
        var images = BenchRun.Batch(run, 4, 64);
        for (var i = 0; i < WarmUps; i++) remote.Run(images);
    }

    public static RunOptions Of(RunOptions run, BenchOptions options, int size) =>
        run.With(options, MemoryLayout.ChannelsLast) with { Preprocessing = new() { Patch = [size, size] }, Evaluation = new() { Window = [size, size] } };

    public static IReadOnlyList<(string, RunOptions)> Cuts() => [("RED-CNN 96, depth 1 (the paper's)", BenchRun.RedCnn()), Narrow];

    private static (string, RunOptions) Narrow => ("U-Net 32, depth 2, 8 channels", BenchRun.UNet() with { Cut = new() { Depth = 2, NarrowChannels = 8 } });

    private static int[] Chosen(int only, params int[] all) => only > 0 ? [only] : all;

    private static void Measure(Table table, BodyProcess server, string name, RunOptions run, int size, int batch, int reps)
    {
        using var local = new SplitStep(run);
        using var remote = new RemoteStep(run, server);
        var images = BenchRun.Batch(run, batch, size);
        var ms = Interleaved.Medians(reps, () => local.Run(images), () => remote.Run(images));
        using var process = Process.GetCurrentProcess();
        table.Row(name, $"{size}", $"{batch}", $"{ms[0]:f1}", $"{ms[1]:f1}", $"{ms[1] / ms[0]:f3}", $"{(process.WorkingSet64 >> 20) + server.ResidentMiB}");
    }
}
