using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;

namespace RosFL.Grpc.Release;

/// <summary>Puts the service into a web application: services.AddRelease(...), map.MapGrpcService&lt;BodyReleaseService&gt;().</summary>
public static class BodyReleaseServer
{
    public static IServiceCollection AddRelease(this IServiceCollection services, BodyReleaseService service) => services.AddSingleton(service)
        .AddTensorMethod(BodyReleaseService.Method, (BodyReleaseService s, IAsyncStreamReader<TensorFrame<ReleaseRequest>> requests, IServerStreamWriter<TensorFrame<ReleaseReply>> replies, ServerCallContext call) =>
            s.ReleaseAsync(requests, replies, call));
}
