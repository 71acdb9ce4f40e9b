using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Release;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Release;

/// <summary>What <see cref="Hosting.AfterStudyTests"/> has no time for.</summary>
public sealed class BodyReleaseServiceTests
{
    [Fact]
    public async Task Stream_thatNeverAsks_isEnded()
    {
        using var trust = new ThrowAwayTrust(TimeProvider.System);
        using var credentials = trust.New(new Party(PartyRole.ComputationServer, "bodies"));
        using var site = trust.New(new Party(PartyRole.Site, "north"));
        var refused = new List<RosflException>();
        var service = new BodyReleaseService(new Dictionary<string, ReleasedStudy>(), new WireLimits { HelloSeconds = 0.3 }, _ => { }, refused.Add);
        await using var server = await PartyServer.StartAsync("127.0.0.1:0", credentials, services => services.AddRelease(service), map => map.MapGrpcService<BodyReleaseService>());
        using var channel = site.NewChannel(server.Address, PartyRole.ComputationServer);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(BodyReleaseService.Method, null, new CallOptions());
        var ended = await Assert.ThrowsAsync<RpcException>(() => new TensorFrameReader<ReleaseReply>(call.ResponseStream).ControlAsync(default));
        Assert.Equal("The site took longer than 0.3 s for its first message: check its connection, or raise limits in the server's configuration.", ended.Status.Detail);
        Assert.Equal(ExitCode.Unreachable, Assert.Single(refused).Code);
    }
}
