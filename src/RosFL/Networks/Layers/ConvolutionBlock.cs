using RosFL.Networks.Onnx;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Networks.Layers;

/// <summary>Twice: convolution 3, normalisation, activation. Keeps the spatial size.</summary>
public sealed class ConvolutionBlock : nn.Module<Tensor, Tensor>
{
    private readonly LayerOptions options;
    private readonly Convolution conv1, conv2;
    private readonly Normalisation? norm1, norm2;

    public ConvolutionBlock(LayerOptions options, int input, int output) : base(nameof(ConvolutionBlock))
    {
        this.options = options;
        var normalised = options.Normalisation != NormalisationKind.None;
        conv1 = new Convolution(options, input, output, 3, padding: 1);
        norm1 = normalised ? new Normalisation(options, output) : null;
        conv2 = new Convolution(options, output, output, 3, padding: 1);
        norm2 = normalised ? new Normalisation(options, output) : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = conv1.call(x);
        x = options.Activate(norm1 is null ? x : norm1.call(x));
        x = conv2.call(x);
        return options.Activate(norm2 is null ? x : norm2.call(x));
    }

    /// <summary>The block in evaluation mode as nodes.</summary>
    public string Write(OnnxGraph onnx, string x)
    {
        x = conv1.Write(onnx, x);
        x = options.Activate(onnx, norm1?.Write(onnx, x) ?? x);
        x = conv2.Write(onnx, x);
        return options.Activate(onnx, norm2?.Write(onnx, x) ?? x);
    }
}
