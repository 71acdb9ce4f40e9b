using RosFL.Networks.Onnx;
using RosFL.Runs;
using RosFL.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RosFL.Networks.Layers;

/// <summary>What all layers of one network share.</summary>
/// <param name="Dimensions">2 or 3 spatial dimensions.</param>
/// <param name="Bf16">Compute convolutions in bfloat16; parameters stay float32.</param>
/// <param name="ChannelsLast">Keep channels fastest in memory; shapes stay (B, C, ...).</param>
public sealed record LayerOptions(
    int Dimensions = 2, NormalisationKind Normalisation = NormalisationKind.Group, ActivationKind Activation = ActivationKind.Relu,
    bool Bf16 = false, bool ChannelsLast = false)
{
    private const double LeakySlope = 0.01;

    public static LayerOptions Of(NetworkOptions network, MachineOptions machine) => new(
        network.Dimensions, network.Normalisation, network.Activation,
        machine.Compute == ComputeKind.Bf16, machine.Layout == MemoryLayout.ChannelsLast);

    /// <summary>An undrawn kernel (first, second, k, ...) in the network's memory layout, which every copy into it keeps.</summary>
    public Parameter Kernel(int first, int second, int kernel)
    {
        if (!ChannelsLast) return new Parameter(empty([first, second, .. Each(kernel)]));
        using var memory = empty([first, .. Each(kernel), second]);
        return new Parameter(movedim(memory, -1, 1));
    }

    /// <summary>The same number for every spatial dimension.</summary>
    public long[] Each(int value) => Dimensions == 2 ? [value, value] : [value, value, value];

    /// <summary>The tensor in the type in which convolutions compute.</summary>
    public Tensor Cast(Tensor x) => Bf16 ? x.to(ScalarType.BFloat16) : x;

    public Tensor Activate(Tensor x) => Activation switch
    {
        ActivationKind.Relu => nn.functional.relu(x),
        ActivationKind.LeakyRelu => x.LeakyRelu(LeakySlope),
        ActivationKind.Gelu => nn.functional.gelu(x),
        _ => nn.functional.silu(x),
    };

    public Tensor HalveByMaximum(Tensor x) =>
        Dimensions == 2 ? nn.functional.max_pool2d(x, 2, 2) : nn.functional.max_pool3d(x, [2, 2, 2], [2, 2, 2]);

    /// <summary><see cref="Activate(Tensor)"/> as nodes.</summary>
    public string Activate(OnnxGraph onnx, string x) => Activation switch
    {
        ActivationKind.Relu => onnx.Relu(x),
        ActivationKind.LeakyRelu => onnx.Node("LeakyRelu", [x], ("alpha", (float)LeakySlope)),
        ActivationKind.Gelu => onnx.Product(onnx.Product(x, onnx.Number(0.5f)), onnx.Sum(onnx.Node("Erf", [onnx.Product(x, onnx.Number(MathF.Sqrt(0.5f)))]), onnx.Number(1f))),
        _ => onnx.Product(x, onnx.Node("Sigmoid", [x])),
    };

    /// <summary><see cref="HalveByMaximum(Tensor)"/> as a node.</summary>
    public string HalveByMaximum(OnnxGraph onnx, string x) => onnx.Node("MaxPool", [x], ("kernel_shape", Each(2)), ("strides", Each(2)));
}

/// <summary>A layer whose work <c>rosfl network</c> and <c>rosfl plan</c> count.</summary>
public interface ICountedLayer
{
    /// <summary>Is told the work for one image at each forward pass; null, the default, counts nothing.</summary>
    Action<LayerWork>? Counted { set; }
}

/// <summary>What a layer does with one image.</summary>
/// <param name="Macs">Multiply-accumulate operations.</param>
/// <param name="Outputs">Numbers that come out.</param>
public readonly record struct LayerWork(long Macs, long Outputs)
{
    public static LayerWork operator +(LayerWork a, LayerWork b) => new(a.Macs + b.Macs, a.Outputs + b.Outputs);
}

internal static class Shapes
{
    /// <summary>Pixels of one channel of a (B, C, ...) shape.</summary>
    public static long Pixels(ReadOnlySpan<long> shape)
    {
        var pixels = 1L;
        foreach (var side in shape[2..]) pixels *= side;
        return pixels;
    }
}
