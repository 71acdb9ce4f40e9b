using Grpc.Core;
using Grpc.Net.Client;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;

namespace RosFL.Bench;

/// <summary>An endpoint and a channel to it in one process.</summary>
internal sealed class WireHost : IDisposable
{
    private readonly ThrowAwayTrust trust = new(TimeProvider.System);
    private readonly WireEndpoint endpoint;
    private readonly GrpcChannel channel;

    public WireHost(bool tls)
    {
        endpoint = new WireEndpoint(trust.New(WireEndpoint.Server), tls);
        channel = tls
            ? trust.New(WireEndpoint.Site).NewChannel(endpoint.Address, WireEndpoint.Server.Role, WireEndpoint.Server.Name, WireChannel.Limit, WireChannel.KeepAlive)
            : Plain(endpoint.Address);
    }

    public CallInvoker Invoker => channel.CreateCallInvoker();

    public void Dispose()
    {
        channel.Dispose();
        endpoint.Dispose();
        trust.Dispose();
    }

    private static GrpcChannel Plain(Uri address)
    {
        var handler = new SocketsHttpHandler();
        WireChannel.KeepAlive(handler);
        var options = new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true };
        WireChannel.Limit(options);
        return GrpcChannel.ForAddress(address, options);
    }
}
