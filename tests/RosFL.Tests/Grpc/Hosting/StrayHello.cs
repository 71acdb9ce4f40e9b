using Grpc.Core;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>A site that greets a computation server for a study in which it has no part.</summary>
internal static class StrayHello
{
    /// <returns>What the server says to it.</returns>
    public static async Task<string> RefusedAsync(PartyFolder site, string server, string study)
    {
        using var credentials = site.Open(TimeProvider.System);
        using var channel = credentials.NewChannel(new Uri(server), PartyRole.ComputationServer, null, WireChannel.Limit);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(BodyService.Method, null, new CallOptions());
        await new TensorFrameWriter<BodyRequest>(call.RequestStream).ControlAsync(
            new BodyRequest { Position = new() { Study = study, Site = credentials.Party.Name, Attempt = 1 }, Hello = new() { Version = WireVersion.Own, Training = true } }, default);
        var refused = await Assert.ThrowsAsync<RpcException>(() => new TensorFrameReader<BodyReply>(call.ResponseStream).ControlAsync(default));
        return WireRefusal.From(refused)!.Message;
    }
}
