using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;

namespace RosFL.Bench;

/// <summary>Sends each tensor back that it gets; position.step is its length in bytes.</summary>
internal sealed class TensorEcho
{
    public static readonly Method<TensorFrame<Position>, TensorFrame<Position>> Method = TensorMethod.Duplex<Position, Position>("rosfl.bench.Echo", "Run");

    public static TensorSpec Spec(int bytes) => new("x", DataType.Int8, [bytes]);

    public async Task RunAsync(IAsyncStreamReader<TensorFrame<Position>> requests, IServerStreamWriter<TensorFrame<Position>> replies, ServerCallContext call)
    {
        var (reader, writer) = (new TensorFrameReader<Position>(requests), new TensorFrameWriter<Position>(replies));
        var kept = Array.Empty<byte>();
        while (await reader.ControlAsync(call.CancellationToken) is { } length)
        {
            if (kept.Length != length.Step) kept = new byte[length.Step];
            var spec = Spec(kept.Length);
            await reader.HeaderAsync(spec, call.CancellationToken);
            await reader.BytesAsync(spec, kept, call.CancellationToken);
            await writer.TensorAsync(spec.Header(), kept, call.CancellationToken);
        }
    }
}
