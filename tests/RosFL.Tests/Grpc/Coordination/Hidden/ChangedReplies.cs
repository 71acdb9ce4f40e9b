using Grpc.Core;
using Grpc.Core.Interceptors;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;

namespace RosFL.Tests.Grpc.Coordination.Hidden;

/// <summary>A site's program that sends, in the secure-aggregation protocol, what a test makes of its replies.</summary>
internal sealed class ChangedReplies(Action<HiddenReply> change) : Interceptor
{
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(context);
        return new(new Writer<TRequest>(call.RequestStream, change), call.ResponseStream, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private sealed class Writer<T>(IClientStreamWriter<T> inner, Action<HiddenReply> change) : IClientStreamWriter<T>
    {
        public WriteOptions? WriteOptions
        {
            get => inner.WriteOptions;
            set => inner.WriteOptions = value;
        }

        public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(T message, CancellationToken cancellationToken)
        {
            if (message is TensorFrame<SiteMessage> { Control.Reply.Hidden: { } reply }) change(reply);
            return inner.WriteAsync(message, cancellationToken);
        }

        public Task CompleteAsync() => inner.CompleteAsync();
    }
}
