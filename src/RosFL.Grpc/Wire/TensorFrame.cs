using Google.Protobuf;
using RosFL.Grpc.Protocol;

namespace RosFL.Grpc.Wire;

/// <summary>
/// One message of a gRPC stream: a control message in protobuf, or a tensor's header, or a piece of that tensor's raw little-endian bytes.
/// <code>
///   control            what is asked or answered
///   header, chunk ...  first tensor that the control message promised, in chunks of <see cref="FrameSizes.ChunkBytes"/>
///   header, chunk ...  second tensor
///   control            ...
/// </code>
/// A stream method is declared with <see cref="TensorMethod"/> and used through <see cref="TensorFrameWriter{T}"/> and
/// <see cref="TensorFrameReader{T}"/>, which keep the order, cut into chunks and refuse what was not expected:
/// <code>
///   await writer.ControlAsync(new Update { ... }, cancellation);      // sender
///   foreach (var array in weights.Arrays) await writer.ArrayAsync(array, cancellation);
///
///   var update = await reader.ControlAsync(cancellation);             // receiver, which knows every name and shape from the study
///   foreach (var like in expected) arrays.Add(await reader.ArrayAsync(like.Name, like.Shape, cancellation));
/// </code>
/// </summary>
/// <typeparam name="T">The control message, usually with a oneof.</typeparam>
public sealed class TensorFrame<T> where T : class, IMessage<T>, new()
{
    private TensorFrame() { }

    public T? Control { get; private init; }

    public TensorHeader? Header { get; private init; }

    /// <summary>Bytes to be sent. Those received are already in the memory that the reader had laid out for them.</summary>
    public ReadOnlyMemory<byte> Chunk { get; private init; }

    /// <summary>Why the message that came is none of the three; null where it is one.</summary>
    public string? Fault { get; private init; }

    public static TensorFrame<T> Of(T control) => new() { Control = control };

    public static TensorFrame<T> Of(TensorHeader header) => new() { Header = header };

    public static TensorFrame<T> Of(ReadOnlyMemory<byte> chunk) => new() { Chunk = chunk };

    internal static TensorFrame<T> Faulty(string fault) => new() { Fault = fault };
}

/// <summary>Sizes that both ends keep to.</summary>
public static class FrameSizes
{
    /// <summary>Bytes of a tensor in one message.</summary>
    public const int ChunkBytes = 512 * 1024;

    /// <summary>The largest message that is read at all; control messages stay below it too.</summary>
    public const int LargestMessageBytes = 1024 * 1024;
}
