using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;

namespace RosFL.Tests.Grpc.Wire;

/// <summary>Sends back what it expects to get: a position, then one array of a shape that both ends know.</summary>
public sealed class EchoService(string name, long[] shape)
{
    public static readonly Method<TensorFrame<Position>, TensorFrame<Position>> Method = TensorMethod.Duplex<Position, Position>("rosfl.test.Echo", "Exchange");

    /// <summary>How the last call ended.</summary>
    public TaskCompletionSource<Exception?> Ended { get; } = new();

    public async Task Exchange(IAsyncStreamReader<TensorFrame<Position>> requests, IServerStreamWriter<TensorFrame<Position>> replies, ServerCallContext call)
    {
        var (reader, writer) = (new TensorFrameReader<Position>(requests), new TensorFrameWriter<Position>(replies));
        try
        {
            while (await reader.ControlAsync(call.CancellationToken) is { } position)
            {
                var array = await reader.ArrayAsync(name, shape, call.CancellationToken);
                await writer.ControlAsync(position, call.CancellationToken);
                await writer.ArrayAsync(array, call.CancellationToken);
            }
            Ended.SetResult(null);
        }
        catch (Exception e)
        {
            Ended.SetResult(e);
        }
    }
}
