namespace RosFL.Grpc.Hosting;

/// <summary>Limits of connections that a party opens.</summary>
internal static class Dialling
{
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(15);

    /// <summary>Pings find out that the other end is gone where no packet says so.</summary>
    public static void KeepAlive(SocketsHttpHandler handler)
    {
        handler.KeepAlivePingDelay = PingAfter;
        handler.KeepAlivePingTimeout = PingAfter;
        handler.PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan;
    }
}
