using RosFL.Networks.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RosFL.Networks.Layers;

/// <summary>
/// A convolution in 2 or 3 dimensions. Under bf16 the input and a copy of the weights are cast inside the graph, so that the parameters,
/// their gradients and the optimizer stay float32.
/// </summary>
public sealed class Convolution : nn.Module<Tensor, Tensor>, ICountedLayer
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly LayerOptions options;
    private readonly long[] stride, padding, dilation;

    public Convolution(LayerOptions options, int input, int output, int kernel, int stride = 1, int padding = 0, bool hasBias = true)
        : base(nameof(Convolution))
    {
        this.options = options;
        (this.stride, this.padding, dilation) = (options.Each(stride), options.Each(padding), options.Each(1));
        weight = options.Kernel(output, input, kernel);
        bias = hasBias ? new Parameter(empty(output)) : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var (w, b) = (options.Cast(weight), bias is null ? null : options.Cast(bias));
        x = options.Cast(x);
        var y = options.Dimensions == 2
            ? nn.functional.conv2d(x, w, b, stride, padding, dilation)
            : nn.functional.conv3d(x, w, b, stride, padding, dilation);
        Counted?.Invoke(new(weight.numel() * Shapes.Pixels(y.shape), y.numel()));
        return y;
    }

    /// <summary>The convolution as a node.</summary>
    public string Write(OnnxGraph onnx, string x) => onnx.Node("Conv", [x, onnx.Weights(weight), .. bias is null ? [] : new[] { onnx.Weights(bias) }],
        ("kernel_shape", weight.shape[2..]), ("strides", stride), ("pads", (long[])[.. padding, .. padding]));

    /// <inheritdoc/>
    public Action<LayerWork>? Counted { private get; set; }
}
