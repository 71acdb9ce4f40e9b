using System.Buffers;
using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;

namespace RosFL.Tests.Grpc.Wire;

/// <summary>Messages as bytes, as a stream of frames: what gRPC hands to the marshaller, in pieces of any size.</summary>
internal sealed class RawFrames(IReadOnlyList<byte[]> messages, int piece = int.MaxValue) : IAsyncStreamReader<TensorFrame<Position>>
{
    private static readonly Func<DeserializationContext, TensorFrame<Position>> Read = TensorFrameMarshaller<Position>.Instance.ContextualDeserializer;
    private int next;

    public TensorFrame<Position> Current { get; private set; } = null!; // as gRPC's own readers before the first message

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (next == messages.Count) return Task.FromResult(false);
        Current = Read(new Context(messages[next++], piece));
        return Task.FromResult(true);
    }

    /// <summary>The bytes of a message as the marshaller writes them.</summary>
    public static byte[] Bytes(TensorFrame<Position> frame)
    {
        var context = new Writing();
        TensorFrameMarshaller<Position>.Instance.ContextualSerializer(frame, context);
        return context.Buffer.WrittenSpan.ToArray();
    }

    private sealed class Context(byte[] bytes, int piece) : DeserializationContext
    {
        public override int PayloadLength => bytes.Length;

        public override byte[] PayloadAsNewBuffer() => [.. bytes];

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence()
        {
            if (bytes.Length <= piece) return new(bytes);
            var first = new Segment(bytes.AsMemory(0, piece), 0);
            var last = first;
            for (var at = piece; at < bytes.Length; at += piece) last = last.Then(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at)));
            return new(first, 0, last, last.Memory.Length);
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long before) => (Memory, RunningIndex) = (memory, before);

        public Segment Then(ReadOnlyMemory<byte> memory)
        {
            var then = new Segment(memory, RunningIndex + Memory.Length);
            Next = then;
            return then;
        }
    }

    private sealed class Writing : SerializationContext
    {
        public ArrayBufferWriter<byte> Buffer { get; } = new();

        public override IBufferWriter<byte> GetBufferWriter() => Buffer;

        public override void SetPayloadLength(int payloadLength) { }

        public override void Complete() { }
    }
}
