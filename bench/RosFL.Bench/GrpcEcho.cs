using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;

namespace RosFL.Bench;

/// <summary>One stream on which arrays go and come back, into memory that is there, as a link's tensors do.</summary>
internal sealed class GrpcEcho : IDisposable
{
    private readonly AsyncDuplexStreamingCall<TensorFrame<Position>, TensorFrame<Position>> call;
    private readonly TensorFrameWriter<Position> writer;
    private readonly TensorFrameReader<Position> reader;
    private readonly byte[] sent, received;

    public GrpcEcho(WireHost host, int bytes)
    {
        call = host.Invoker.AsyncDuplexStreamingCall(TensorEcho.Method, null, new CallOptions());
        (writer, reader, sent, received) = (new(call.RequestStream), new(call.ResponseStream), new byte[bytes], new byte[bytes]);
    }

    public void Exchange() => ExchangeAsync().GetAwaiter().GetResult();

    public void Dispose() => call.Dispose();

    private async Task ExchangeAsync()
    {
        var spec = TensorEcho.Spec(sent.Length);
        await writer.ControlAsync(new Position { Step = sent.Length }, default);
        await writer.TensorAsync(spec.Header(), sent, default);
        await reader.HeaderAsync(spec, default);
        await reader.BytesAsync(spec, received, default);
    }
}
