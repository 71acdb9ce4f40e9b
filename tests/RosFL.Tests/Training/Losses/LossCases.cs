using RosFL.Runs;
using RosFL.Training.Losses;
using static TorchSharp.torch;

namespace RosFL.Tests.Training.Losses;

/// <summary>One small batch for each loss, in 2D and 3D, in double precision and with fixed values.</summary>
internal static class LossCases
{
    public static readonly TheoryData<LossKind, int> All =
        new(Enum.GetValues<LossKind>().SelectMany(kind => new[] { (kind, 2), (kind, 3) }));

    public static Loss Make(LossKind kind, double gamma = 2) => RosFL.Training.Losses.Losses.Make(
        new TrainingOptions { Loss = kind, SsimWeight = 0.3, FocalGamma = gamma, ClassWeights = OfLabels(kind) ? [0.5, 1, 2] : [] }, Task(kind), classes: 3);

    public static (Tensor Output, Tensor Target, Tensor Mask) Batch(LossKind kind, int dimensions)
    {
        long[] space = dimensions == 2 ? [12, 13] : [2, 12, 11];
        var generator = Seeds.Generator(7);
        var channels = OfLabels(kind) ? 3 : 2;
        var output = rand([2, channels, .. space], ScalarType.Float64, generator: generator);
        var target = OfLabels(kind)
            ? randint(0, 3, [2, .. space], ScalarType.Int64, generator: generator)
            : rand([2, channels, .. space], ScalarType.Float64, generator: generator);
        var mask = ones([2, 1, .. space], ScalarType.Float32);
        mask.narrow(-2, 0, 1).zero_(); // leaves whole SSIM windows
        return (output, target, mask);
    }

    private static bool OfLabels(LossKind kind) => RosFL.Training.Losses.Losses.IsOfLabels(kind);

    private static StudyTask Task(LossKind kind) => OfLabels(kind) ? StudyTask.Segmentation : StudyTask.Restoration;
}
