using RosFL.Networks.Layers;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tensors;
using RosFL.Training;
using RosFL.Training.Optimizers;
using static TorchSharp.torch;

namespace RosFL.Privacy;

/// <summary>
/// A decoder that a site trains beside its own parts, with Adam, to draw the image from what crosses the cut. It is made at the first image and leaves the
/// site under no algorithm.
/// </summary>
/// <param name="chance">Makes the stream from which the first weights are drawn.</param>
internal sealed class SiteDecoder(RunOptions run, Func<KeyStream> chance) : IDisposable
{
    private const double Rate = 2e-3;
    private const int Channels = 16;

    private IReadOnlyList<NamedArray> recalled = [];
    private Decoder? decoder;
    private Part? part;
    private AdamRule? rule;

    /// <summary>Mean squared error of the images drawn from <paramref name="seen"/>: a number with a graph to it and to the decoder. Both float32.</summary>
    public Tensor Error(Tensor images, Tensor seen)
    {
        if (decoder is null) Open(seen, images);
        return (decoder!.call(seen) - images).Power(2).mean();
    }

    public void ClearGradients() => part?.ClearGradients();

    /// <summary>One step on the gradients that are there.</summary>
    public void Step() => rule?.Step(Rate);

    /// <summary>Weights and moments; nothing before the first image.</summary>
    public IReadOnlyList<NamedArray> Memory() => decoder is null ? recalled : [.. part!.Read().Arrays, .. rule!.Save()];

    public void Recall(IReadOnlyList<NamedArray> memory) => recalled = memory;

    public void Dispose()
    {
        rule?.Dispose();
        decoder?.Dispose();
    }

    private void Open(Tensor seen, Tensor images)
    {
        var layers = LayerOptions.Of(run.Network with { Normalisation = NormalisationKind.Group, Activation = ActivationKind.LeakyRelu }, run.Machine);
        decoder = new Decoder(layers, seen.shape, images.shape, Channels);
        foreach (var parameter in decoder.parameters()) parameter.DetachFromDisposeScope();
        part = new Part(PartName.Tail, [new("decoder", decoder)], seen.device);
        rule = new AdamRule(part, new TrainingOptions(), decoupled: false);
        if (recalled.Count == 0)
        {
            using var stream = chance();
            Initialisation.Draw(decoder, stream);
            return;
        }

        var count = part.Read().Arrays.Count;
        part.Write(new Weights([.. recalled.Take(count)], count));
        rule.Restore(recalled.Skip(count).ToDictionary(a => a.Name));
    }
}
