using RosFL.Runs;
using RosFL.Tensors;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Privacy.HeadPenalties;

/// <summary>
/// A decoder at the site learns to draw the image from the smashed values, one step before each step of the head, and the head pays for how much it
/// succeeds: the explained share of the images' variance, 0 to 1.
/// </summary>
/// <param name="seeds">The site's own secret chance.</param>
internal sealed class AdversaryPenalty(double weight, RunOptions run, Seeds seeds) : HeadPenalty
{
    private readonly SiteDecoder decoder = new(run, () => seeds.Stream("adversary"));

    public override Tensor Of(Tensor images, Tensor smashed, StepTime time)
    {
        using var scope = NewDisposeScope();
        var (wanted, seen) = (images.to(ScalarType.Float32), smashed.to(ScalarType.Float32));
        decoder.ClearGradients();
        decoder.Error(wanted, seen.detach()).backward();
        decoder.Step();
        var explained = 1.0.Minus(decoder.Error(wanted, seen) / wanted.var(unbiased: false).AtLeast(1e-9));
        return explained.AtLeast(0).Times(weight).MoveToOuterDisposeScope();
    }

    public override IReadOnlyList<NamedArray> Memory() => decoder.Memory();

    public override void Recall(IReadOnlyList<NamedArray> memory) => decoder.Recall(memory);

    public override void Dispose() => decoder.Dispose();
}
