using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RosFL.Federation;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Protocol;
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

    /// <summary>Nothing has begun: the very round begins as the first.</summary>
    [Fact]
    public async Task Begin_ofAnotherMajorVersion_isRefused()
    {
        using var study = new MadeStudy(MadeStudy.Run("ros-fl"));
        await using var served = await ServedHost.StartAsync(study.Bodies!);
        var old = new BeginBodies { Study = study.Study.Id, Attempt = 1, Version = new() { Minor = 9 } };
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await served.Client.BeginAsync(old));
        Assert.Equal("The program of the aggregation server speaks protocol 0.9, this one 2.0: update the older of the two.", refusal.Status.Detail);
        await served.Remote.BeginAsync(new BodyRound(study.Key(0), [.. study.Sites.Select(s => s.Name)], null), CancellationToken.None);
    }

    private sealed class ServedHost(ThrowAwayTrust trust, PartyServer server, CallInvoker invoker, IDisposable[] open) : IAsyncDisposable
    {
        public IBodyHost Remote { get; } = new RemoteBodyHost(invoker, TimeProvider.System);

        public BodyHosts.BodyHostsClient Client { get; } = new(invoker);

        public static async Task<ServedHost> StartAsync(BodyHost host)
        {
            var trust = new ThrowAwayTrust(TimeProvider.System);
            var (credentials, own) = (trust.New(new Party(PartyRole.ComputationServer, "computation-server")), trust.New(new Party(PartyRole.AggregationServer, "aggregation-server")));
            var service = new BodyHostService(new Dictionary<string, HostedStudy> { [new RunOptions().Name] = new(host, _ => { }) });
            var server = await PartyServer.StartAsync("127.0.0.1:0", credentials, services => services.AddSingleton(service),
                map => map.MapGrpcService<BodyHostService>().WithMetadata(new CallersAttribute(PartyRole.AggregationServer)));
            var channel = own.NewChannel(server.Address, PartyRole.ComputationServer, null, WireChannel.Limit, WireChannel.KeepAlive);
            return new(trust, server, channel.CreateCallInvoker(), [channel, own, credentials]);
        }

        public async ValueTask DisposeAsync()
        {
            await server.DisposeAsync();
            foreach (var one in open) one.Dispose();
            trust.Dispose();
        }
    }
}
