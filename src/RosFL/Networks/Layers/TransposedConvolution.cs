using RosFL.Networks.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RosFL.Networks.Layers;

/// <summary>A transposed convolution in 2 or 3 dimensions whose output size may be given, so that odd sizes return exactly.</summary>
public sealed class TransposedConvolution : nn.Module<Tensor, Tensor>, ICountedLayer
{
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly LayerOptions options;
    private readonly int kernel, stride, padding;

    public TransposedConvolution(LayerOptions options, int input, int output, int kernel, int stride = 1, int padding = 0)
        : base(nameof(TransposedConvolution))
    {
        (this.options, this.kernel, this.stride, this.padding) = (options, kernel, stride, padding);
        weight = options.Kernel(input, output, kernel);
        bias = new Parameter(empty(output));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => Run(x, options.Each(0));

    /// <summary>The result has the spatial size <paramref name="size"/>, which must lie within one stride of the smallest possible.</summary>
    public Tensor To(Tensor x, ReadOnlySpan<long> size)
    {
        var outputPadding = new long[options.Dimensions];
        for (var i = 0; i < outputPadding.Length; i++)
            outputPadding[i] = size[i] - ((x.shape[i + 2] - 1) * stride - 2 * padding + kernel);
        return Run(x, outputPadding);
    }

    /// <summary>Without a size: the smallest possible.</summary>
    public string Write(OnnxGraph onnx, string x) => Write(onnx, x, outputPadding: 0);

    /// <summary>As nodes, with the spatial size of <paramref name="like"/>: what lies before the end of a larger output does not depend on where it ends.</summary>
    public string Write(OnnxGraph onnx, string x, string like) => stride == 1 ? Write(onnx, x) : onnx.Cropped(WriteLargest(onnx, x), like, options.Dimensions);

    /// <summary>As a node, with the largest possible size.</summary>
    public string WriteLargest(OnnxGraph onnx, string x) => Write(onnx, x, stride - 1);

    private string Write(OnnxGraph onnx, string x, int outputPadding) => onnx.Node("ConvTranspose", [x, onnx.Weights(weight), onnx.Weights(bias)],
        ("kernel_shape", options.Each(kernel)), ("strides", options.Each(stride)), ("pads", (long[])[.. options.Each(padding), .. options.Each(padding)]),
        ("output_padding", options.Each(outputPadding)));

    private Tensor Run(Tensor x, long[] outputPadding)
    {
        var (w, b) = (options.Cast(weight), options.Cast(bias));
        x = options.Cast(x);
        var y = options.Dimensions == 2
            ? nn.functional.conv_transpose2d(x, w, b, options.Each(stride), options.Each(padding), outputPadding, options.Each(1))
            : nn.functional.conv_transpose3d(x, w, b, options.Each(stride), options.Each(padding), outputPadding, options.Each(1));
        Counted?.Invoke(new(weight.numel() * Shapes.Pixels(x.shape), y.numel()));
        return y;
    }

    /// <inheritdoc/>
    public Action<LayerWork>? Counted { private get; set; }
}
