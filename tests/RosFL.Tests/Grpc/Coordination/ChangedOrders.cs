using Grpc.Core;
using Grpc.Core.Interceptors;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>An aggregation server that says to a site what a test makes of its orders.</summary>
internal sealed class ChangedOrders(Action<ServerMessage> change) : Interceptor
{
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(context);
        return new(call.RequestStream, new Reader<TResponse>(call.ResponseStream, change), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private sealed class Reader<T>(IAsyncStreamReader<T> inner, Action<ServerMessage> change) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            var more = await inner.MoveNext(cancellationToken);
            if (more && inner.Current is TensorFrame<ServerMessage> { Control: { Command: not null } message }) change(message);
            return more;
        }
    }
}
