using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;

namespace RosFL.Bench;

/// <summary>Sends each array back that it gets; position.step is its length.</summary>
internal sealed class TensorEcho
{
    public static readonly Method<TensorFrame<Position>, TensorFrame<Position>> Method = TensorMethod.Duplex<Position, Position>("rosfl.bench.Echo", "Run");

    public async Task RunAsync(IAsyncStreamReader<TensorFrame<Position>> requests, IServerStreamWriter<TensorFrame<Position>> replies, ServerCallContext call)
    {
        var (reader, writer) = (new TensorFrameReader<Position>(requests), new TensorFrameWriter<Position>(replies));
        while (await reader.ControlAsync(call.CancellationToken) is { } length)
            await writer.ArrayAsync(await reader.ArrayAsync("x", [length.Step], call.CancellationToken), call.CancellationToken);
    }
}
