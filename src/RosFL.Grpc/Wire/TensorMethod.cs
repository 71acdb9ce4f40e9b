using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace RosFL.Grpc.Wire;

/// <summary>
/// gRPC methods whose streams carry <see cref="TensorFrame{T}"/>. The server adds one with <see cref="AddTensorMethod"/> and maps its
/// service with <c>MapGrpcService</c>; the client calls <c>channel.CreateCallInvoker().AsyncDuplexStreamingCall(method, null, options)</c>.
/// </summary>
public static class TensorMethod
{
    /// <param name="service">With its package: rosfl.v1.Bodies.</param>
    public static Method<TensorFrame<TRequest>, TensorFrame<TReply>> Duplex<TRequest, TReply>(string service, string name)
        where TRequest : class, IMessage<TRequest>, new() where TReply : class, IMessage<TReply>, new() =>
        new(MethodType.DuplexStreaming, service, name, TensorFrameMarshaller<TRequest>.Instance, TensorFrameMarshaller<TReply>.Instance);

    /// <summary>The server's side of a method: services.AddTensorMethod(X.Method, (X service, r, w, call) => service.Exchange(r, w, call)).</summary>
    public static IServiceCollection AddTensorMethod<TService, TRequest, TReply>(
        this IServiceCollection services, Method<TensorFrame<TRequest>, TensorFrame<TReply>> method,
        DuplexStreamingServerMethod<TService, TensorFrame<TRequest>, TensorFrame<TReply>> handler)
        where TService : class where TRequest : class, IMessage<TRequest>, new() where TReply : class, IMessage<TReply>, new() =>
        services.AddSingleton<IServiceMethodProvider<TService>>(new Provider<TService, TRequest, TReply>(method, handler));

    private sealed class Provider<TService, TRequest, TReply>(
        Method<TensorFrame<TRequest>, TensorFrame<TReply>> method,
        DuplexStreamingServerMethod<TService, TensorFrame<TRequest>, TensorFrame<TReply>> handler) : IServiceMethodProvider<TService>
        where TService : class where TRequest : class, IMessage<TRequest>, new() where TReply : class, IMessage<TReply>, new()
    {
        public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context) => context.AddDuplexStreamingMethod(method, [.. typeof(TService).GetCustomAttributes(inherit: true)], handler);
    }
}
