using Google.Protobuf;
using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Wire;

/// <summary>The sending end of a stream of frames; one message at a time.</summary>
public sealed class TensorFrameWriter<T>(IAsyncStreamWriter<TensorFrame<T>> stream) where T : class, IMessage<T>, new()
{
    private static readonly WriteOptions WithTheNext = new(WriteFlags.BufferHint);

    /// <param name="more">Whether a tensor follows at once: the message then leaves together with its first bytes.</param>
    public Task ControlAsync(T message, CancellationToken cancellation, bool more = false) => WriteAsync(TensorFrame<T>.Of(message), more, cancellation);

    /// <summary>A header and the array's numbers, sent from the array's own memory.</summary>
    public Task ArrayAsync(NamedArray array, CancellationToken cancellation) =>
        TensorAsync(new TensorSpec(array.Name, DataType.Float32, array.Shape).Header(), new ArrayBytes(array.Values).Memory, cancellation);

    /// <summary>A header and its bytes, in chunks; <paramref name="bytes"/> must stay as they are until the task has ended.</summary>
    public async Task TensorAsync(TensorHeader header, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await WriteAsync(TensorFrame<T>.Of(header), more: bytes.Length > 0, cancellation);
        for (var sent = 0; sent < bytes.Length; sent += FrameSizes.ChunkBytes)
            await WriteAsync(TensorFrame<T>.Of(bytes.Slice(sent, Math.Min(FrameSizes.ChunkBytes, bytes.Length - sent))), more: false, cancellation);
    }

    private Task WriteAsync(TensorFrame<T> frame, bool more, CancellationToken cancellation)
    {
        stream.WriteOptions = more ? WithTheNext : null;
        return stream.WriteAsync(frame, cancellation);
    }
}
