using Google.Protobuf;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Training.Payloads;
using static TorchSharp.torch;

namespace RosFL.Grpc.Bodies;

/// <summary>One tensor that must cross the cut: its name, the type in which it is computed, its shape (B, C, ...), the study's memory layout, and how it travels.</summary>
internal sealed record CutTransfer(string Name, ScalarType Computed, IReadOnlyList<long> Shape, MemoryLayout Layout, PayloadCodec Codec)
{
    private TensorSpec Values => new(Name, WireType(Codec.TypeOf(Computed)), Shape) { MayBeChannelsLast = MayBeChannelsLast };

    /// <summary>A single tensor of a network in channels last may lie contiguously all the same, but not the other way.</summary>
    private bool MayBeChannelsLast => Layout == MemoryLayout.ChannelsLast;

    private TensorSpec Scales => new(Name + ".scales", DataType.Float32, [Shape[0], Shape[1]]);

    public long Bytes => Values.Bytes + (Codec.HasScales ? Scales.Bytes : 0);

    public static CutTransfer Smashed(CutShape shape, long batch, PayloadCodec codec) => new(CutTensor.Smashed, shape.SmashedType, [batch, .. shape.Smashed], shape.Layout, codec);

    public static CutTransfer Features(CutShape shape, long batch, PayloadCodec codec) => new(CutTensor.Features, shape.FeaturesType, [batch, .. shape.Features], shape.Layout, codec);

    public static CutTransfer FeaturesGradient(CutShape shape, long batch, PayloadCodec codec) => Features(shape, batch, codec) with { Name = CutTensor.FeaturesGradient };

    public static CutTransfer SmashedGradient(CutShape shape, long batch, PayloadCodec codec) => Smashed(shape, batch, codec) with { Name = CutTensor.SmashedGradient };

    /// <summary>Tensor work: what is sent, sharing the tensor's memory where nothing had to change.</summary>
    public CutMessage Encode(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var payload = Codec.Encode(tensor);
        return new CutMessage(TensorBytes.Of(payload.Values, MayBeChannelsLast), payload.Scales is null ? null : TensorBytes.Of(payload.Scales, mayBeChannelsLast: false));
    }

    /// <summary>Tensor work: memory to receive into.</summary>
    public CutMessage Empty() => new(TensorBytes.Empty(Shape, Codec.TypeOf(Computed)), Codec.HasScales ? TensorBytes.Empty(Scales.Shape, ScalarType.Float32) : null);

    /// <summary>Tensor work: the numbers that came, in the caller's dispose scope.</summary>
    public Tensor Decode(CutMessage message, Device device)
    {
        using var scope = NewDisposeScope();
        var payload = new Payload(message.Values.As(Shape, message.Layout), message.Scales?.As(Scales.Shape, TensorLayout.Contiguous));
        return Codec.Decode(payload, Computed, device, Name).MoveToOuterDisposeScope();
    }

    public async Task SendAsync<T>(TensorFrameWriter<T> writer, CutMessage message, CancellationToken cancellation) where T : class, IMessage<T>, new()
    {
        await writer.TensorAsync(Values.Header(message.Values.Layout), message.Values.Memory, cancellation);
        if (message.Scales is { } scales) await writer.TensorAsync(Scales.Header(), scales.Memory, cancellation);
    }

    /// <summary>Reads what must come into <paramref name="allocate"/>'s memory, which is asked for only after the header was found legal.</summary>
    public async Task ReceiveAsync<T>(TensorFrameReader<T> reader, Func<Task<CutMessage>> allocate, CancellationToken cancellation) where T : class, IMessage<T>, new()
    {
        var header = await reader.HeaderAsync(Values, cancellation);
        var message = await allocate();
        message.Layout = header.Layout;
        await reader.BytesAsync(Values, message.Values.Memory, cancellation);
        if (message.Scales is not { } scales) return;
        await reader.HeaderAsync(Scales, cancellation);
        await reader.BytesAsync(Scales, scales.Memory, cancellation);
    }

    private static DataType WireType(ScalarType type) => type switch
    {
        ScalarType.Float32 => DataType.Float32,
        ScalarType.BFloat16 => DataType.Bfloat16,
        ScalarType.Float16 => DataType.Float16,
        _ => DataType.Int8,
    };
}

/// <summary>The memory of a tensor that crosses, with its scales where it has some.</summary>
internal sealed class CutMessage(TensorBytes values, TensorBytes? scales) : IDisposable
{
    public TensorBytes Values => values;

    public TensorBytes? Scales => scales;

    /// <summary>In which the numbers were sent; of received memory.</summary>
    public TensorLayout Layout { get; set; }

    public void Dispose()
    {
        values.Release();
        scales?.Release();
    }
}
