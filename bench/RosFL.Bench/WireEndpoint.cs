using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
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
internal sealed class WireEndpoint : IDisposable
{
    public static readonly Party Server = new(PartyRole.ComputationServer, "body"), Site = new(PartyRole.Site, "north");

    private readonly WebApplication application;

    public WireEndpoint(PartyCredentials credentials, bool tls)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPartyTrust(credentials).AddWire().AddBodies(Studies).AddSingleton<TensorEcho>()
            .AddTensorMethod(TensorEcho.Method, (TensorEcho echo, IAsyncStreamReader<TensorFrame<Position>> r, IServerStreamWriter<TensorFrame<Position>> w, ServerCallContext call) => echo.RunAsync(r, w, call));
        builder.ListenOn(new(IPAddress.Loopback, 0), port =>
        {
            if (tls) port.UsePartyTls(credentials);
        });
        application = builder.Build();
        if (tls) application.UseCallerCheck();
        application.MapBodies();
        application.MapGrpcService<TensorEcho>().WithMetadata(new CallersAttribute(PartyRole.Site));
        application.StartAsync().GetAwaiter().GetResult();
    }

    public BodyStudies Studies { get; } = new(new BodyLimits { BytesInFlight = 4L << 30 });

    public Uri Address => new(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public void Dispose() => application.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
