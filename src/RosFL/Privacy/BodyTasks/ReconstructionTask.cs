using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Privacy.BodyTasks;

/// <summary>
/// The body learns to give features from which a decoder at the site draws the image: what leaves is the gradient of the mean squared error. No label
/// enters it, and neither does the study's loss, not even by its size.
/// </summary>
/// <param name="seeds">The sites' shared secret, so that bodies which are merged begin with one decoder.</param>
internal sealed class ReconstructionTask(RunOptions run, Seeds seeds) : BodyTask
{
    private readonly SiteDecoder decoder = new(run, () => seeds.Stream("reconstruction"));

    public override Tensor Gradient(Tensor images, Tensor features)
    {
        using var scope = NewDisposeScope();
        var seen = features.detach().to(ScalarType.Float32).requires_grad_();
        decoder.ClearGradients();
        decoder.Error(images.to(ScalarType.Float32), seen).backward();
        return seen.grad!.to(features.dtype).MoveToOuterDisposeScope();
    }

    public override void Step() => decoder.Step();

    public override IReadOnlyList<NamedArray> Memory() => decoder.Memory();

    public override void Recall(IReadOnlyList<NamedArray> memory) => decoder.Recall(memory);

    public override void Dispose() => decoder.Dispose();
}
