using RosFL.Networks.Onnx;
using RosFL.Runs;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RosFL.Networks.Layers;

/// <summary>
/// Group (up to 8 groups), instance or batch normalisation with learned scale and shift. Batch normalisation keeps running statistics
/// as buffers; the count of batches is not kept, so none is shared.
/// </summary>
public sealed class Normalisation : nn.Module<Tensor, Tensor>, ICountedLayer
{
    private const double Epsilon = 1e-5, Momentum = 0.1;
    private readonly Parameter weight, bias;
    private readonly Tensor? running_mean, running_var;
    private readonly int groups, dimensions;

    public Normalisation(LayerOptions options, int channels) : base(nameof(Normalisation))
    {
        weight = new Parameter(ones(channels));
        bias = new Parameter(zeros(channels));
        dimensions = options.Dimensions;
        groups = options.Normalisation == NormalisationKind.Group ? Groups(channels) : channels;
        if (options.Normalisation == NormalisationKind.Batch)
            (running_mean, running_var) = (zeros(channels), ones(channels));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        Counted?.Invoke(new(0, x.numel()));
        return running_mean is null
            ? nn.functional.group_norm(x, groups, weight, bias, Epsilon)
            : nn.functional.batch_norm(x, running_mean, running_var!, weight, bias, training, Momentum, Epsilon);
    }

    /// <summary>The normalisation in evaluation mode as nodes; groups are those of an instance normalisation over groups laid end to end.</summary>
    public string Write(OnnxGraph onnx, string x)
    {
        if (running_mean is not null)
            return onnx.Node("BatchNormalization", [x, onnx.Weights(weight), onnx.Weights(bias), onnx.Weights(running_mean), onnx.Weights(running_var!)], ("epsilon", (float)Epsilon));
        var laid = onnx.Node("Reshape", [x, onnx.Numbers(0L, groups, -1L)]);
        var normalised = onnx.Node("InstanceNormalization", [laid, onnx.Vector(groups, 1), onnx.Vector(groups, 0)], ("epsilon", (float)Epsilon));
        var back = onnx.Node("Reshape", [normalised, onnx.Node("Shape", [x])]);
        return onnx.Sum(onnx.Product(back, PerChannel(onnx, weight)), PerChannel(onnx, bias));
    }

    /// <inheritdoc/>
    public Action<LayerWork>? Counted { private get; set; }

    private string PerChannel(OnnxGraph onnx, Parameter own) => onnx.Node("Reshape", [onnx.Weights(own), onnx.Numbers([1, own.shape[0], .. Enumerable.Repeat(1L, dimensions)])]);

    private static int Groups(int channels) => Enumerable.Range(1, Math.Min(8, channels)).Last(g => channels % g == 0);
}
