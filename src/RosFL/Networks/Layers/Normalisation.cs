using RosFL.Runs;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RosFL.Networks.Layers;

/// <summary>
/// Group (up to 8 groups), instance or batch normalisation with learned scale and shift. Batch normalisation keeps running statistics
/// as buffers; the count of batches is not kept, so none is shared.
/// </summary>
public sealed class Normalisation : nn.Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-5, Momentum = 0.1;
    private readonly Parameter weight, bias;
    private readonly Tensor? running_mean, running_var;
    private readonly int groups;

    public Normalisation(LayerOptions options, int channels) : base(nameof(Normalisation))
    {
        weight = new Parameter(ones(channels));
        bias = new Parameter(zeros(channels));
        groups = options.Normalisation == NormalisationKind.Group ? Groups(channels) : channels;
        if (options.Normalisation == NormalisationKind.Batch)
            (running_mean, running_var) = (zeros(channels), ones(channels));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => running_mean is null
        ? nn.functional.group_norm(x, groups, weight, bias, Epsilon)
        : nn.functional.batch_norm(x, running_mean, running_var!, weight, bias, training, Momentum, Epsilon);

    private static int Groups(int channels) => Enumerable.Range(1, Math.Min(8, channels)).Last(g => channels % g == 0);
}
