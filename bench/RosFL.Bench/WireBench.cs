using System.Diagnostics;
using RosFL.Runs;

namespace RosFL.Bench;

/// <summary>A step with its body behind TLS on loopback against the step in one process, and what a stream of tensors carries.</summary>
internal static class WireBench
{
    private const double Mega = 1e6;

    public static void Run(BenchOptions options)
    {
        Streams(options);
        Steps(options);
    }

    /// <summary>An array goes to the other end and comes back; bytes of both directions are counted.</summary>
    private static void Streams(BenchOptions options)
    {
        var table = new Table($"Arrays to and fro over one stream, MB/s, median of {options.Reps}", "MiB", "socket", "gRPC", "gRPC with TLS", "gRPC / socket", "TLS / gRPC");
        foreach (var mebibytes in new[] { 1, 5, 23 })
        {
            var bytes = mebibytes << 20;
            using var plain = new WireHost(tls: false);
            using var secure = new WireHost(tls: true);
            using var socket = new SocketEcho(bytes);
            using var grpc = new GrpcEcho(plain, bytes);
            using var tls = new GrpcEcho(secure, bytes);
            var speeds = Interleaved.Medians(options.Reps, socket.Exchange, grpc.Exchange, tls.Exchange).Select(ms => 2.0 * bytes / Mega / (ms / 1000)).ToArray();
            table.Row($"{mebibytes}", $"{speeds[0]:f0}", $"{speeds[1]:f0}", $"{speeds[2]:f0}", $"{speeds[1] / speeds[0]:f2}", $"{speeds[2] / speeds[1]:f2}");
        }
    }

    private static void Steps(BenchOptions options)
    {
        using var server = new WireHost(tls: true);
        var table = new Table($"Step over TLS on loopback against one process, {options.Threads} threads, median of {options.Reps}",
            "network and cut", "patch", "batch", "one process ms", "TLS ms", "TLS / one process", "resident MiB");
        foreach (var (name, run) in Cuts())
            foreach (var size in new[] { 64, 128 })
                foreach (var batch in new[] { 1, 4 })
                    Measure(table, server, name, run.With(options, MemoryLayout.ChannelsLast) with { Preprocessing = new() { Patch = [size, size] }, Evaluation = new() { Window = [size, size] } }, size, batch, options.Reps);
    }

    private static IEnumerable<(string, RunOptions)> Cuts()
    {
        yield return ("RED-CNN 96, depth 1 (the paper's)", BenchRun.RedCnn());
        yield return ("U-Net 32, depth 2, 8 channels", BenchRun.UNet() with { Cut = new() { Depth = 2, NarrowChannels = 8 } });
    }

    private static void Measure(Table table, WireHost server, string name, RunOptions run, int size, int batch, int reps)
    {
        using var local = new SplitStep(run);
        using var remote = new RemoteStep(run, server);
        var images = BenchRun.Batch(run, batch, size);
        var ms = Interleaved.Medians(reps, () => local.Run(images), () => remote.Run(images));
        using var process = Process.GetCurrentProcess();
        table.Row(name, $"{size}", $"{batch}", $"{ms[0]:f1}", $"{ms[1]:f1}", $"{ms[1] / ms[0]:f3}", $"{process.WorkingSet64 >> 20}");
    }
}
