namespace RosFL.Imaging.Baselines;

/// <summary>The ridge filter with the scales (pixels) and the threshold that did best on training images, and its mean Dice there.</summary>
public sealed record TunedRidgeFilter(IReadOnlyList<double> Sigmas, double Threshold, double TrainingDice)
{
    // vessels of 2 to 12 pixels; images of more pixels have wider ones
    private static readonly double[][] Scales = [[1, 1.5, 2, 3], [1.5, 2, 3], [2, 3, 4], [3, 5], [4, 6]];

    /// <summary>Tries a few sets of scales, each with its best threshold.</summary>
    /// <param name="training">Green channel, truth (0 and 1) and field of view of each training image.</param>
    public static TunedRidgeFilter Tune(IReadOnlyList<(Picture Green, Picture Truth, Picture? Fov)> training) =>
        Scales.Select(sigmas => Tune(training, sigmas)).MaxBy(t => t.TrainingDice)!;

    /// <summary>(1, H, W), 1 on lines.</summary>
    public Picture Segment(Picture green, Picture? fov) => RidgeFilter.Segment(RidgeFilter.Response(green, [.. Sigmas], fov), Threshold);

    private static TunedRidgeFilter Tune(IReadOnlyList<(Picture Green, Picture Truth, Picture? Fov)> training, double[] sigmas)
    {
        var (threshold, dice) = RidgeFilter.BestThreshold([.. training.Select(t => (RidgeFilter.Response(t.Green, sigmas, t.Fov), t.Truth, t.Fov))]);
        return new TunedRidgeFilter(sigmas, threshold, dice);
    }
}
