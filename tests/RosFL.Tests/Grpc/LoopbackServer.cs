using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RosFL.Grpc.Wire;

namespace RosFL.Tests.Grpc;

/// <summary>A real Kestrel on a free loopback port, HTTP/2 without TLS, with one gRPC service.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private LoopbackServer(WebApplication application) => this.application = application;

    public string Address => application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<LoopbackServer> StartAsync<TService>(TService service, Action<IServiceCollection> addMethods) where TService : class
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(service);
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = FrameSizes.LargestMessageBytes);
        addMethods(builder.Services);
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel =>
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
        var application = builder.Build();
        application.MapGrpcService<TService>();
        await application.StartAsync();
        return new LoopbackServer(application);
    }

    public GrpcChannel Channel() => GrpcChannel.ForAddress(Address);

    public async ValueTask DisposeAsync() => await application.DisposeAsync();
}
