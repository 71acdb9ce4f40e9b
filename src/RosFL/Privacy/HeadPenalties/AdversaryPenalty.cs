using RosFL.Networks.Layers;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tensors;
using RosFL.Training;
using RosFL.Training.Optimizers;
using static TorchSharp.torch;

namespace RosFL.Privacy.HeadPenalties;

/// <summary>
/// A decoder at the site learns to draw the image from the smashed values, one step before each step of the head, and the head pays for how much it
/// succeeds: the explained share of the images' variance, 0 to 1.
/// </summary>
/// <param name="seeds">The site's own secret chance.</param>
internal sealed class AdversaryPenalty(double weight, RunOptions run, Seeds seeds) : HeadPenalty
{
    private const double Rate = 2e-3;
    private const int Channels = 16;

    private IReadOnlyList<NamedArray> recalled = [];
    private Decoder? decoder;
    private Part? part;
    private AdamRule? rule;

    public override Tensor Of(Tensor images, Tensor smashed, StepTime time)
    {
        using var scope = NewDisposeScope();
        var (wanted, seen) = (images.to(ScalarType.Float32), smashed.to(ScalarType.Float32));
        if (decoder is null) Open(smashed.shape, images.shape);
        part!.ClearGradients();
        Error(wanted, seen.detach()).backward();
        rule!.Step(Rate);
        var explained = 1.0.Minus(Error(wanted, seen) / wanted.var(unbiased: false).AtLeast(1e-9));
        return explained.AtLeast(0).Times(weight).MoveToOuterDisposeScope();
    }

    public override IReadOnlyList<NamedArray> Memory() => decoder is null ? recalled : [.. part!.Read().Arrays, .. rule!.Save()];

    public override void Recall(IReadOnlyList<NamedArray> memory) => recalled = memory;

    public override void Dispose()
    {
        rule?.Dispose();
        decoder?.Dispose();
    }

    private Tensor Error(Tensor wanted, Tensor seen) => (decoder!.call(seen) - wanted).Power(2).mean();

    private void Open(long[] smashed, long[] images)
    {
        var layers = LayerOptions.Of(run.Network with { Normalisation = NormalisationKind.Group, Activation = ActivationKind.LeakyRelu }, run.Machine);
        decoder = new Decoder(layers, smashed, images, Channels);
        foreach (var parameter in decoder.parameters()) parameter.DetachFromDisposeScope();
        part = new Part(PartName.Tail, [new("decoder", decoder)], CPU);
        rule = new AdamRule(part, new TrainingOptions(), decoupled: false);
        if (recalled.Count == 0)
        {
            using var stream = seeds.Stream("adversary");
            Initialisation.Draw(decoder, stream);
            return;
        }

        var count = part.Read().Arrays.Count;
        part.Write(new Weights([.. recalled.Take(count)], count));
        rule.Restore(recalled.Skip(count).ToDictionary(a => a.Name));
    }
}
