using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RosFL.Federation;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Tests.Federation;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>The body host behind calls over TLS.</summary>
public sealed class RemoteBodyHostTests : BodyHostConformance
{
    private protected override async Task<IAsyncDisposable> BeginAsync(BodyHost host, Action<IBodyHost> way)
    {
        var served = await ServedHost.StartAsync(host);
        way(served.Remote);
        return served;
    }

    private sealed class ServedHost(ThrowAwayTrust trust, PartyServer server, IBodyHost remote, IDisposable[] open) : IAsyncDisposable
    {
        public IBodyHost Remote => remote;

        public static async Task<ServedHost> StartAsync(BodyHost host)
        {
            var trust = new ThrowAwayTrust(TimeProvider.System);
            var (credentials, own) = (trust.New(new Party(PartyRole.ComputationServer, "computation-server")), trust.New(new Party(PartyRole.AggregationServer, "aggregation-server")));
            var service = new BodyHostService(new Dictionary<string, HostedStudy> { [new RunOptions().Name] = new(host, _ => { }) });
            var server = await PartyServer.StartAsync("127.0.0.1:0", credentials, services => services.AddSingleton(service),
                map => map.MapGrpcService<BodyHostService>().WithMetadata(new CallersAttribute(PartyRole.AggregationServer)));
            var channel = own.NewChannel(server.Address, PartyRole.ComputationServer, null, WireChannel.Limit, WireChannel.KeepAlive);
            return new(trust, server, new RemoteBodyHost(channel.CreateCallInvoker(), TimeProvider.System), [channel, own, credentials]);
        }

        public async ValueTask DisposeAsync()
        {
            await server.DisposeAsync();
            foreach (var one in open) one.Dispose();
            trust.Dispose();
        }
    }
}
