using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using RosFL.Grpc.Protocol;

namespace RosFL.Grpc.Wire;

/// <summary>
/// Frames to bytes and back: one byte of kind, then protobuf or raw bytes. A chunk is written from the tensor's own memory and read into
/// the memory that the reader laid out, without a buffer in between.
/// </summary>
internal static class TensorFrameMarshaller<T> where T : class, IMessage<T>, new()
{
    private const byte ControlKind = 1, HeaderKind = 2, ChunkKind = 3;
    private static readonly MessageParser<T> Controls = new(() => new T());

    public static readonly Marshaller<TensorFrame<T>> Instance = new(Write, Read);

    private static void Write(TensorFrame<T> frame, SerializationContext context)
    {
        if (frame.Control is { } control) Write(ControlKind, control, context);
        else if (frame.Header is { } header) Write(HeaderKind, header, context);
        else
        {
            context.SetPayloadLength(1 + frame.Chunk.Length);
            var buffer = Begin(ChunkKind, context);
            buffer.Write(frame.Chunk.Span);
        }
        context.Complete();
    }

    private static void Write(byte kind, IMessage message, SerializationContext context)
    {
        context.SetPayloadLength(1 + message.CalculateSize());
        message.WriteTo(Begin(kind, context));
    }

    private static IBufferWriter<byte> Begin(byte kind, SerializationContext context)
    {
        var buffer = context.GetBufferWriter();
        buffer.GetSpan(1)[0] = kind;
        buffer.Advance(1);
        return buffer;
    }

    private static TensorFrame<T> Read(DeserializationContext context)
    {
        var payload = context.PayloadAsReadOnlySequence();
        if (payload.IsEmpty) return TensorFrame<T>.Faulty("A message of the stream is empty.");
        var rest = payload.Slice(1);
        try
        {
            return payload.FirstSpan[0] switch
            {
                ControlKind => TensorFrame<T>.Of(Controls.ParseFrom(rest)),
                HeaderKind => TensorFrame<T>.Of(TensorHeader.Parser.ParseFrom(rest)),
                ChunkKind => IncomingBytes.Take(rest) is { } fault ? TensorFrame<T>.Faulty(fault) : TensorFrame<T>.Of(ReadOnlyMemory<byte>.Empty),
                var kind => TensorFrame<T>.Faulty($"A message of the stream has kind {kind}, which is none of 1..3: update the program at the other end."),
            };
        }
        catch (InvalidProtocolBufferException e)
        {
            return TensorFrame<T>.Faulty($"A control message of the stream is damaged: {e.Message}");
        }
    }
}
