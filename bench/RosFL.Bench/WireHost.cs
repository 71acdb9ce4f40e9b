using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Bench;

/// <summary>The computation server's endpoint on loopback, with TLS both ways or none, and an echo of tensors beside it.</summary>
internal sealed class WireHost : IDisposable
{
    public const string Site = "north";

    private readonly ThrowAwayTrust trust = new(TimeProvider.System);
    private readonly WebApplication application;
    private readonly GrpcChannel channel;

    /// <param name="through">Another way to the server's address; null goes straight to it.</param>
    public WireHost(bool tls, Func<Uri, Uri>? through = null)
    {
        Studies = new BodyStudies(new BodyLimits { BytesInFlight = 4L << 30 });
        var credentials = trust.New(new Party(PartyRole.ComputationServer, "body"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPartyTrust(credentials).AddWire().AddBodies(Studies).AddSingleton<TensorEcho>()
            .AddTensorMethod(TensorEcho.Method, (TensorEcho echo, IAsyncStreamReader<TensorFrame<Position>> r, IServerStreamWriter<TensorFrame<Position>> w, ServerCallContext call) => echo.RunAsync(r, w, call));
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            WireServer.Configure(kestrel);
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (tls) listen.UsePartyTls(credentials);
            });
        });
        application = builder.Build();
        if (tls) application.UseCallerCheck();
        application.MapBodies();
        application.MapGrpcService<TensorEcho>().WithMetadata(new CallersAttribute(PartyRole.Site));
        application.StartAsync().GetAwaiter().GetResult();
        var address = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        address = through?.Invoke(address) ?? address;
        channel = tls
            ? trust.New(new Party(PartyRole.Site, Site)).NewChannel(address, PartyRole.ComputationServer, "body", WireChannel.Limit, WireChannel.KeepAlive)
            : Plain(address);
    }

    public BodyStudies Studies { get; }

    public CallInvoker Invoker => channel.CreateCallInvoker();

    public void Dispose()
    {
        channel.Dispose();
        application.DisposeAsync().AsTask().GetAwaiter().GetResult();
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
