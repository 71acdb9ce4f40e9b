using Google.Protobuf;
using Grpc.Core;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>A site that greets a server for a study in which it has no part.</summary>
internal static class StrayHello
{
    /// <returns>What the computation server says to it.</returns>
    public static Task<string> AtBodiesAsync(PartyFolder site, string server, string study) => RefusedAsync(site, server, PartyRole.ComputationServer, BodyService.Method,
        name => new BodyRequest { Position = new() { Study = study, Site = name, Attempt = 1 }, Hello = new() { Version = WireVersion.Own, Training = true } });

    /// <returns>What the aggregation server says to it.</returns>
    public static Task<string> AtRoundsAsync(PartyFolder site, string server, string study) => RefusedAsync(site, server, PartyRole.AggregationServer, FederationService.Method,
        name => new SiteMessage { Position = new() { Study = study, Site = name }, Hello = new() { Version = WireVersion.Own } });

    private static async Task<string> RefusedAsync<TRequest, TReply>(
        PartyFolder site, string server, PartyRole role, Method<TensorFrame<TRequest>, TensorFrame<TReply>> method, Func<string, TRequest> hello)
        where TRequest : class, IMessage<TRequest>, new() where TReply : class, IMessage<TReply>, new()
    {
        using var credentials = site.Open(TimeProvider.System);
        using var channel = credentials.NewChannel(new Uri(server), role, null, WireChannel.Limit);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(method, null, new CallOptions());
        await new TensorFrameWriter<TRequest>(call.RequestStream).ControlAsync(hello(credentials.Party.Name), default);
        var refused = await Assert.ThrowsAsync<RpcException>(() => new TensorFrameReader<TReply>(call.ResponseStream).ControlAsync(default));
        return WireRefusal.From(refused)!.Message;
    }
}
