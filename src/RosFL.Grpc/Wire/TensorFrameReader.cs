using Google.Protobuf;
using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Wire;

/// <summary>The receiving end of a stream of frames: what comes must be what the caller expects, or it is refused before memory is taken for it.</summary>
public sealed class TensorFrameReader<T>(IAsyncStreamReader<TensorFrame<T>> stream) where T : class, IMessage<T>, new()
{
    private readonly IncomingBytes incoming = new();

    /// <summary>The next control message; null when the other end has ended the stream.</summary>
    /// <exception cref="RosflException">Something else came.</exception>
    public async Task<T?> ControlAsync(CancellationToken cancellation) =>
        await NextAsync(cancellation) is not { } frame ? null
            : frame.Control ?? throw Refused("A tensor came where a control message must come.");

    /// <summary>The float numbers of a tensor whose name and shape are known.</summary>
    /// <exception cref="RosflException">Another tensor, or something else, came.</exception>
    public async Task<NamedArray> ArrayAsync(string name, long[] shape, CancellationToken cancellation)
    {
        var spec = new TensorSpec(name, DataType.Float32, shape);
        await HeaderAsync(spec, cancellation);
        var values = new float[spec.Bytes / sizeof(float)];
        await BytesAsync(spec, new ArrayBytes(values).Memory, cancellation);
        return new NamedArray(name, shape, values);
    }

    /// <summary>The header of the tensor that must come now.</summary>
    /// <exception cref="RosflException">Another tensor, or something else, came.</exception>
    public async Task<TensorHeader> HeaderAsync(TensorSpec spec, CancellationToken cancellation)
    {
        var header = (await NextAsync(cancellation))?.Header ?? throw Refused($"The stream has no tensor where '{spec.Name}' must come.");
        return spec.Difference(header) is { } difference ? throw Refused(difference) : header;
    }

    /// <summary>The bytes that belong to the header just read, straight into <paramref name="target"/>.</summary>
    /// <exception cref="RosflException">The stream ends early or something else comes.</exception>
    public async Task BytesAsync(TensorSpec spec, Memory<byte> target, CancellationToken cancellation)
    {
        incoming.Expect(target);
        while (incoming.Missing > 0)
        {
            var before = incoming.Missing;
            var frame = await NextAsync(cancellation);
            if (frame is null || incoming.Missing == before)
                throw Refused($"Tensor '{spec.Name}' ends after {target.Length - incoming.Missing} of {target.Length} bytes.");
        }
    }

    private async Task<TensorFrame<T>?> NextAsync(CancellationToken cancellation)
    {
        incoming.Receive();
        if (!await stream.MoveNext(cancellation)) return null;
        return stream.Current.Fault is { } fault ? throw Refused(fault) : stream.Current;
    }

    private static RosflException Refused(string sentence) => new(ExitCode.Protocol, sentence);
}
