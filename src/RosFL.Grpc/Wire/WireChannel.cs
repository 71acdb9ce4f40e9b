using Grpc.Net.Client;

namespace RosFL.Grpc.Wire;

/// <summary>
/// How a party of ours dials: small messages only, no compression, and a dead connection is noticed. Given to
/// <c>credentials.NewChannel(address, role, name, WireChannel.Limit, WireChannel.KeepAlive)</c>.
/// </summary>
public static class WireChannel
{
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(20);

    public static void Limit(GrpcChannelOptions options)
    {
        options.MaxReceiveMessageSize = FrameSizes.LargestMessageBytes;
        options.MaxSendMessageSize = FrameSizes.LargestMessageBytes;
        options.CompressionProviders = [];
    }

    public static void KeepAlive(SocketsHttpHandler handler)
    {
        (handler.KeepAlivePingDelay, handler.KeepAlivePingTimeout) = (Ping, Ping);
        handler.EnableMultipleHttp2Connections = true;
        handler.PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan;
    }
}
