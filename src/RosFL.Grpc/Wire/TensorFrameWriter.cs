using Google.Protobuf;
using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Wire;

/// <summary>The sending end of a stream of frames; one message at a time.</summary>
public sealed class TensorFrameWriter<T>(IAsyncStreamWriter<TensorFrame<T>> stream) where T : class, IMessage<T>, new()
{
    public Task ControlAsync(T message, CancellationToken cancellation) => stream.WriteAsync(TensorFrame<T>.Of(message), cancellation);

    /// <summary>A header and the array's numbers, sent from the array's own memory.</summary>
    public Task ArrayAsync(NamedArray array, CancellationToken cancellation) =>
        TensorAsync(new TensorSpec(array.Name, DataType.Float32, array.Shape).Header(), new ArrayBytes(array.Values).Memory, cancellation);

    /// <summary>A header and its bytes, in chunks; <paramref name="bytes"/> must stay as they are until the task has ended.</summary>
    public async Task TensorAsync(TensorHeader header, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await stream.WriteAsync(TensorFrame<T>.Of(header), cancellation);
        for (var sent = 0; sent < bytes.Length; sent += FrameSizes.ChunkBytes)
            await stream.WriteAsync(TensorFrame<T>.Of(bytes.Slice(sent, Math.Min(FrameSizes.ChunkBytes, bytes.Length - sent))), cancellation);
    }
}
