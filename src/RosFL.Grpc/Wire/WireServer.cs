using System.Net;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace RosFL.Grpc.Wire;

/// <summary>How a server of ours listens: small messages only, no compression, bounded connections.</summary>
public static class WireServer
{
    /// <summary>Connections at a time; the handshake's own time limit frees those that never say who they are.</summary>
    public const int MostConnections = 1000;

    /// <summary>gRPC without compression: a legal message of 4 MiB would unpack to 4 GiB before anybody could look at its size.</summary>
    public static IServiceCollection AddWire(this IServiceCollection services)
    {
        services.AddSingleton<IMemoryPoolFactory<byte>>(new WireMemory());
        services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = FrameSizes.LargestMessageBytes;
            options.MaxSendMessageSize = FrameSizes.LargestMessageBytes;
            options.EnableDetailedErrors = false;
        });
        // gRPC adds its default providers after every Configure, so they can be taken away only here
        return services.PostConfigure<GrpcServiceOptions>(options => options.CompressionProviders = []);
    }

    /// <param name="secure">Sets up TLS on the port.</param>
    public static void ListenOn(this WebApplicationBuilder builder, IPEndPoint end, Action<ListenOptions> secure) =>
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            Limit(kestrel);
            kestrel.Listen(end, secure);
        });

    /// <summary>Limits that fit streams which live for a round; what a stream may do is limited by its service.</summary>
    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2);
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 16;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(20);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }
}
