using RosFL.Runs;
using RosFL.Tensors;
using RosFL.Training.Payloads;
using static TorchSharp.torch;

namespace RosFL.Tests.Training;

/// <summary>What each payload type keeps of a tensor, and what it refuses.</summary>
public sealed class PayloadCodecTests
{
    private static PayloadCodec Codec(PayloadKind kind) => new(new WireOptions { Payload = kind });

    [Theory]
    [InlineData(PayloadKind.Fp32, 0, 4)]
    [InlineData(PayloadKind.Bf16, 1.0 / 256, 2)]
    [InlineData(PayloadKind.Fp16, 1.0 / 2048, 2)]
    [InlineData(PayloadKind.Int8, 1.0 / 254, 1)]
    public void RoundTrip_losesNoMoreThanItsPrecision(PayloadKind kind, double relative, int bytes)
    {
        using var scope = NewDisposeScope();
        var numbers = Numbers(2, 3, 5, 7);
        var codec = Codec(kind);
        var back = codec.RoundTrip(numbers, "smashed");
        var largest = kind == PayloadKind.Int8 ? numbers.abs().flatten(2).amax([2], true).unsqueeze(3) : numbers.abs();
        Assert.True(((back - numbers).abs() <= largest.Times(relative * 1.0001)).all().item<bool>());
        Assert.Equal(numbers.shape, back.shape);
        Assert.Equal(210 * bytes + (kind == PayloadKind.Int8 ? 6 * 4 : 0), codec.BytesOf(numbers));
        Assert.Equal(codec.BytesOf(numbers), codec.Encode(numbers).Bytes);
    }

    [Theory]
    [InlineData(PayloadKind.Bf16)]
    [InlineData(PayloadKind.Int8)]
    public void RoundTrip_keepsStrides(PayloadKind kind)
    {
        using var scope = NewDisposeScope();
        var channelsLast = movedim(Numbers(2, 5, 7, 3).contiguous(), -1, 1);
        Assert.Equal(channelsLast.stride(), Codec(kind).RoundTrip(channelsLast, "smashed").stride());
    }

    [Fact]
    public void RoundTrip_ofBf16AtFp32_isExactAndStaysBf16()
    {
        using var scope = NewDisposeScope();
        var numbers = Numbers(1, 2, 3, 4).to(ScalarType.BFloat16);
        var back = Codec(PayloadKind.Fp32).RoundTrip(numbers, "smashed");
        Assert.Equal(ScalarType.BFloat16, back.dtype);
        Assert.True(back.eq(numbers).all().item<bool>());
        Assert.Equal(48, Codec(PayloadKind.Fp32).BytesOf(numbers));
    }

    [Fact]
    public void RoundTrip_ofZeros_atInt8_isZeros()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, Codec(PayloadKind.Int8).RoundTrip(zeros(1, 2, 3, 4), "smashed").abs().sum().item<float>());
    }

    [Theory]
    [InlineData(PayloadKind.Fp32, float.NaN, "not finite")]
    [InlineData(PayloadKind.Fp32, float.PositiveInfinity, "not finite")]
    [InlineData(PayloadKind.Fp32, 1e9f, "above wire.largestRms")]
    [InlineData(PayloadKind.Bf16, float.NaN, "not finite")]
    [InlineData(PayloadKind.Fp16, 1e5f, "not finite")]
    [InlineData(PayloadKind.Int8, float.NaN, "not finite")]
    [InlineData(PayloadKind.Int8, float.NegativeInfinity, "not finite")]
    [InlineData(PayloadKind.Int8, 1e9f, "above wire.largestRms")]
    public void Decode_ofNumbersThatNoTrainingMakes_isRefused(PayloadKind kind, float number, string part)
    {
        using var scope = NewDisposeScope();
        var numbers = Numbers(2, 3, 4, 5);
        numbers[1, 2, 3, 4] = number;
        var refusal = Assert.Throws<RosflException>(() => Codec(kind).RoundTrip(numbers, "smashed"));
        Assert.Equal(ExitCode.Protocol, refusal.Code);
        Assert.Contains(part, refusal.Message, StringComparison.Ordinal);
    }

    private static Tensor Numbers(params long[] shape) => randn(shape, generator: Seeds.Generator(5));
}
