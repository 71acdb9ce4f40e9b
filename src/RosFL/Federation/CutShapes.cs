using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Federation;

/// <summary>The one legal shape of what crosses a study's cut, for every size of image that the study knows; anything else is refused.</summary>
public sealed class CutShapes
{
    private CutShapes(int largestBatch, IReadOnlyList<CutShape> training, IReadOnlyList<CutShape> inference) =>
        (LargestBatch, Training, Inference) = (largestBatch, training, inference);

    /// <summary>A training batch has 1 to this many images; inference takes one at a time.</summary>
    public int LargestBatch { get; }

    public IReadOnlyList<CutShape> Training { get; }

    public IReadOnlyList<CutShape> Inference { get; }

    /// <summary>Sends an image of zeros of each size through the head, and the smallest through the body. Tensor work: call it on a torch thread.</summary>
    /// <exception cref="RosflException">The run leaves the images' size open.</exception>
    public static CutShapes Of(Study study)
    {
        var run = study.Run;
        var (training, inference) = (Sizes(run, run.Preprocessing.Patch, "preprocessing.patch"), Sizes(run, run.Evaluation.Window, "evaluation.window"));
        var shapes = Shapes(study, [.. training.Concat(inference).OrderBy(Pixels)]);
        return new(run.Training.Batch, [.. training.Select(s => shapes[Key(s)]).Distinct()], [.. inference.Select(s => shapes[Key(s)]).Distinct()]);
    }

    /// <param name="smashed">Shape (B, C, ...).</param>
    public CutShape? Find(bool training, ReadOnlySpan<long> smashed)
    {
        foreach (var shape in training ? Training : Inference)
            if (smashed[1..].SequenceEqual(shape.Smashed.ToArray())) return shape;
        return null;
    }

    private static IReadOnlyList<int[]> Sizes(RunOptions run, int[] fixedSize, string option)
    {
        if (fixedSize.Length > 0) return [fixedSize];
        if (run.Wire.ImageSizes.Length > 0) return run.Wire.ImageSizes;
        if (run.Data.Layout == DataLayout.Phantoms && run.Preprocessing.SpacingMm.Length == 0)
            return [[.. Enumerable.Repeat(run.Data.Phantoms.Size, run.Network.Dimensions)]];
        throw new RosflException(ExitCode.InvalidRun,
            $"Run '{run.Name}' leaves the size of its images open, and between machines each message has one legal size: set {option}, or list the sizes in wire.imageSizes.");
    }

    private static Dictionary<string, CutShape> Shapes(Study study, IReadOnlyList<int[]> sizes)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var site = study.NewSitePart();
        site.Train(false);
        var shapes = new Dictionary<string, CutShape>();
        (long Channels, ScalarType Type)? features = null;
        foreach (var size in sizes)
        {
            using var one = NewDisposeScope();
            var image = zeros([1, study.Run.Network.InputChannels, .. size.Select(s => (long)s)], device: study.Device);
            var smashed = site.Levels.Head(image, out _);
            features ??= FeaturesOf(study, smashed);
            shapes[Key(size)] = new([.. smashed.shape.Skip(1)], smashed.dtype, [features.Value.Channels, .. smashed.shape.Skip(2)], features.Value.Type, study.Run.Machine.Layout);
        }
        return shapes;
    }

    private static (long, ScalarType) FeaturesOf(Study study, Tensor smashed)
    {
        using var body = study.NewBody();
        var features = body.Infer(smashed);
        return (features.shape[1], features.dtype);
    }

    private static string Key(int[] size) => string.Join('x', size);

    private static long Pixels(int[] size) => size.Aggregate(1L, (product, side) => product * side);
}
