using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Bodies;

/// <summary>A real computation server on loopback with TLS both ways, and channels to it for sites.</summary>
internal sealed class BodyServerHost : IAsyncDisposable
{
    private readonly ThrowAwayTrust trust = new(TimeProvider.System);
    private readonly Dictionary<string, GrpcChannel> channels = [];
    private readonly WebApplication application;

    private BodyServerHost(BodyLimits limits)
    {
        Studies = new BodyStudies(limits);
        var credentials = trust.New(new Party(PartyRole.ComputationServer, "body"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPartyTrust(credentials).AddWire().AddBodies(Studies);
        builder.ListenOn(new(IPAddress.Loopback, 0), port => port.UsePartyTls(credentials, limits));
        application = builder.Build();
        application.UseCallerCheck();
        application.MapBodies();
    }

    public BodyStudies Studies { get; }

    public Uri Address => new(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<BodyServerHost> StartAsync(BodyLimits? limits = null)
    {
        var host = new BodyServerHost(limits ?? new BodyLimits());
        await host.application.StartAsync();
        return host;
    }

    /// <summary>As a site of this name calls.</summary>
    public CallInvoker Invoker(string site) => Channel(site).CreateCallInvoker();

    public GrpcChannel Channel(string site)
    {
        if (!channels.TryGetValue(site, out var channel))
            channels[site] = channel = Credentials(site).NewChannel(Address, PartyRole.ComputationServer, "body", WireChannel.Limit, WireChannel.KeepAlive);
        return channel;
    }

    public PartyCredentials Credentials(string site) => trust.New(new Party(PartyRole.Site, site));

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in channels.Values) channel.Dispose();
        await application.DisposeAsync();
        trust.Dispose();
    }
}
