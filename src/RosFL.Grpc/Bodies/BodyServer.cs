using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;

namespace RosFL.Grpc.Bodies;

/// <summary>Puts the body service into a web application: builder.Services.AddWire().AddBodies(...), application.MapBodies().</summary>
public static class BodyServer
{
    public static IServiceCollection AddBodies(this IServiceCollection services, BodyStudies studies) => services
        .AddSingleton(provider => new BodyService(studies, provider.GetRequiredService<ILogger<BodyService>>()))
        .AddTensorMethod(BodyService.Method, (BodyService service, IAsyncStreamReader<TensorFrame<BodyRequest>> requests, IServerStreamWriter<TensorFrame<BodyReply>> replies, ServerCallContext call) =>
            service.ExchangeAsync(requests, replies, call));

    public static GrpcServiceEndpointConventionBuilder MapBodies(this IEndpointRouteBuilder endpoints) => endpoints.MapGrpcService<BodyService>();
}
