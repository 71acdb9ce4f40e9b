using RosFL.Imaging;
using RosFL.Runs;

namespace RosFL.Scores;

/// <summary>
/// Scores of one image's labels: dice, iou, sensitivity, precision (<see cref="ClassCounts"/>), hd95 in mm and surface-dice
/// (<see cref="SurfaceDistances"/>), the plain mean over the foreground classes and each class. An empty truth or prediction is scored
/// by the rules stated there, never left out.
/// </summary>
public static class SegmentationScores
{
    /// <param name="prediction">(1, H, W) or (1, D, H, W), labels 0..classes-1.</param>
    /// <param name="truth">As <paramref name="prediction"/>; its spacing is used.</param>
    /// <param name="classes">Background included, 2 or more.</param>
    /// <param name="mask">What counts (field of view); voxels outside are background in both. Null: all.</param>
    /// <param name="options">The tolerance of surface-dice.</param>
    public static IReadOnlyList<(string Metric, double Value)> Of(
        Picture prediction, Picture truth, int classes, Picture? mask, EvaluationOptions options)
    {
        Masks.RequireSameSize(prediction, truth, "prediction");
        var (predicted, actual) = (LabelMap.Of(prediction, classes, mask), LabelMap.Of(truth, classes, mask));
        var counts = new PooledCounts(classes);
        counts.Add(predicted, actual);
        return ByClass.WithMeans([.. Enumerable.Range(1, classes - 1).Select(label => OfClass(label, counts[label], predicted, actual, options))]);
    }

    private static IReadOnlyList<(string Metric, double Value)> OfClass(
        int label, ClassCounts counts, LabelMap predicted, LabelMap truth, EvaluationOptions options)
    {
        var distances = SurfaceDistances.Between(predicted.Where(label), truth.Where(label), truth.Size, truth.SpacingMm);
        return
        [
            .. counts.Scores(),
            (Metrics.Hd95, distances.Hausdorff95()),
            (Metrics.SurfaceDice, distances.DiceAt(options.SurfaceToleranceMm)),
        ];
    }
}
