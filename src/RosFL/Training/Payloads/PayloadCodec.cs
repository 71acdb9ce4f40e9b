using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Training.Payloads;

/// <summary>
/// Tensors of the cut to what travels and back. Both ends and a simulation use this very code, so all of them lose the same bits. Strides
/// stay as they are, because the convolutions that follow choose by them.
/// </summary>
public sealed class PayloadCodec(WireOptions options)
{
    private const double Int8Steps = 127;

    // keeps the quotient finite where a channel is all zeros
    private const double SmallestScale = 1e-30;

    public PayloadKind Kind => options.Payload;

    public bool HasScales => Kind == PayloadKind.Int8;

    /// <summary>The type in which numbers that were computed in <paramref name="computed"/> travel.</summary>
    public ScalarType TypeOf(ScalarType computed) => Kind switch
    {
        PayloadKind.Bf16 => ScalarType.BFloat16,
        PayloadKind.Fp16 => ScalarType.Float16,
        PayloadKind.Int8 => ScalarType.Int8,
        _ => computed,
    };

    /// <summary>What travels, on the CPU; shares memory with <paramref name="tensor"/> where nothing has to change. In the caller's dispose scope.</summary>
    public Payload Encode(Tensor tensor)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var values = tensor.detach().cpu();
        if (!HasScales) return new Payload(values.to(TypeOf(values.dtype)).MoveToOuterDisposeScope(), null);
        var numbers = values.to(ScalarType.Float32);
        var scales = numbers.abs().flatten(2).amax([2]).DividedBy(Int8Steps).AtLeast(SmallestScale);
        var steps = (numbers / Spread(scales, numbers)).round().Between(-Int8Steps, Int8Steps).to(ScalarType.Int8);
        return new Payload(steps.MoveToOuterDisposeScope(), scales.MoveToOuterDisposeScope());
    }

    /// <summary>The numbers of a payload in the type in which they are computed with, on <paramref name="device"/>, in the caller's dispose scope.</summary>
    /// <exception cref="RosflException">They are not finite, or too large.</exception>
    public Tensor Decode(Payload payload, ScalarType computed, Device device, string name)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var numbers = payload.Scales is null
            ? payload.Values.to(computed)
            : (payload.Values.to(ScalarType.Float32) * Spread(payload.Scales, payload.Values)).to(computed);
        Check(numbers, name);
        // a tensor of its own, whatever had to change
        return (ReferenceEquals(numbers, payload.Values) ? numbers.alias() : numbers).to(device).MoveToOuterDisposeScope();
    }

    /// <summary>What the other end would get.</summary>
    /// <exception cref="RosflException">The numbers are not finite, or too large.</exception>
    public Tensor RoundTrip(Tensor tensor, string name)
    {
        using var scope = NewDisposeScope();
        return Decode(Encode(tensor), tensor.dtype, tensor.device, name).MoveToOuterDisposeScope();
    }

    /// <summary>Bytes that a tensor takes on the wire, without headers.</summary>
    public long BytesOf(Tensor tensor) =>
        tensor.numel() * (Kind == PayloadKind.Fp32 ? tensor.element_size() : HasScales ? 1 : 2) + (HasScales ? tensor.shape[0] * tensor.shape[1] * sizeof(float) : 0);

    /// <summary>One pass: a sum of squares is finite only when every number is.</summary>
    private void Check(Tensor numbers, string name)
    {
        var rms = numbers.to(ScalarType.Float32).norm().item<float>() / Math.Sqrt(numbers.numel());
        if (!double.IsFinite(rms))
            throw new RosflException(ExitCode.Protocol, $"Tensor '{name}' of the cut has numbers that are not finite or too large for wire.payload {Kind}: training diverged (lower training.learningRate) or needs a payload of wider range.");
        if (rms > options.LargestRms)
            throw new RosflException(ExitCode.Protocol, $"Tensor '{name}' of the cut has root mean square {rms:G3}, above wire.largestRms {options.LargestRms:G3}: training diverged; lower training.learningRate.");
    }

    /// <summary>Scales (B, C) as (B, C, 1, ...).</summary>
    private static Tensor Spread(Tensor scales, Tensor like) =>
        scales.reshape([.. scales.shape, .. Enumerable.Repeat(1L, (int)like.dim() - 2)]);
}
