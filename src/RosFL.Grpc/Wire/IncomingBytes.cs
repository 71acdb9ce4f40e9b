using System.Buffers;

namespace RosFL.Grpc.Wire;

/// <summary>
/// Where the bytes of the tensor that is being read belong. gRPC gives a marshaller neither the call nor the stream, so the reader hands
/// this to the marshaller along the asynchronous flow of its own read.
/// </summary>
internal sealed class IncomingBytes
{
    private static readonly AsyncLocal<IncomingBytes?> Current = new();
    private Memory<byte> target;

    /// <summary>Bytes still to come.</summary>
    public int Missing => target.Length;

    public void Expect(Memory<byte> bytes) => target = bytes;

    /// <summary>For the rest of the calling asynchronous method.</summary>
    public void Receive() => Current.Value = this;

    /// <summary>Copies a chunk to where it belongs.</summary>
    /// <returns>Why it was not copied, or null.</returns>
    public static string? Take(ReadOnlySequence<byte> chunk)
    {
        if (Current.Value is not { Missing: > 0 } incoming) return $"A chunk of {chunk.Length} bytes came where no tensor was announced.";
        if (chunk.IsEmpty || chunk.Length > incoming.Missing)
            return $"A chunk has {chunk.Length} bytes where {incoming.Missing} are missing: a tensor has as many bytes as its header says.";
        chunk.CopyTo(incoming.target.Span);
        incoming.target = incoming.target[(int)chunk.Length..];
        return null;
    }
}
