namespace RosFL.Bench;

/// <summary>What a stream of tensors carries over gRPC, with TLS and without, against a bare socket.</summary>
internal static class WireBench
{
    private const double Mega = 1e6;
    private const int Largest = 23, WarmUps = 20;

    /// <summary>An array goes to the other end and comes back; bytes of both directions are counted.</summary>
    public static void Run(BenchOptions options)
    {
        var table = new Table($"Arrays to and fro over one stream, MB/s, median of {options.Reps}", "MiB", "socket", "gRPC", "gRPC with TLS", "gRPC / socket", "TLS / gRPC");
        using var plain = new WireHost(tls: false);
        using var secure = new WireHost(tls: true);
        WarmUp(plain, secure);
        foreach (var mebibytes in new[] { 1, 5, Largest })
        {
            var bytes = mebibytes << 20;
            using var socket = new SocketEcho(bytes);
            using var grpc = new GrpcEcho(plain, bytes);
            using var tls = new GrpcEcho(secure, bytes);
            var speeds = Interleaved.Medians(options.Reps, socket.Exchange, grpc.Exchange, tls.Exchange).Select(ms => 2.0 * bytes / Mega / (ms / 1000)).ToArray();
            table.Row($"{mebibytes}", $"{speeds[0]:f0}", $"{speeds[1]:f0}", $"{speeds[2]:f0}", $"{speeds[1] / speeds[0]:f2}", $"{speeds[2] / speeds[1]:f2}");
        }
    }

    /// <summary>What runs often is compiled again while it runs, which would otherwise be in the first rows.</summary>
    private static void WarmUp(params WireHost[] hosts)
    {
        foreach (var host in hosts)
        {
            using var echo = new GrpcEcho(host, Largest << 20);
            for (var i = 0; i < WarmUps; i++) echo.Exchange();
        }
    }
}
