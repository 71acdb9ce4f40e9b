using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Bench;

/// <summary>One stream on which arrays go and come back.</summary>
internal sealed class GrpcEcho : IDisposable
{
    private readonly AsyncDuplexStreamingCall<TensorFrame<Position>, TensorFrame<Position>> call;
    private readonly TensorFrameWriter<Position> writer;
    private readonly TensorFrameReader<Position> reader;
    private readonly NamedArray array;

    public GrpcEcho(WireHost host, int bytes)
    {
        call = host.Invoker.AsyncDuplexStreamingCall(TensorEcho.Method, null, new CallOptions());
        (writer, reader, array) = (new(call.RequestStream), new(call.ResponseStream), new NamedArray("x", [bytes / sizeof(float)], new float[bytes / sizeof(float)]));
    }

    public void Exchange() => ExchangeAsync().GetAwaiter().GetResult();

    public void Dispose() => call.Dispose();

    private async Task ExchangeAsync()
    {
        await writer.ControlAsync(new Position { Step = array.Values.Length }, default);
        await writer.ArrayAsync(array, default);
        await reader.ArrayAsync("x", array.Shape, default);
    }
}
