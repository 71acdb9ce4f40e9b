namespace RosFL.Imaging.Baselines;

/// <summary>The ridge filter with the scales (pixels) and the threshold that did best on the images it was tuned on, and its mean Dice there.</summary>
public sealed record TunedRidgeFilter(IReadOnlyList<double> Sigmas, double Threshold, double TunedDice)
{
    // vessels of 2 to 12 pixels; images of more pixels have wider ones
    private static readonly double[][] Scales = [[1, 1.5, 2, 3], [1.5, 2, 3], [2, 3, 4], [3, 5], [4, 6]];

    /// <summary>Tries a few sets of scales, each with its best threshold.</summary>
    /// <param name="images">Green channel, truth (0 and 1) and field of view of each image.</param>
    public static TunedRidgeFilter Tune(IReadOnlyList<(Picture Green, Picture Truth, Picture? Fov)> images) =>
        Scales.Select(sigmas => Tune(images, sigmas)).MaxBy(t => t.TunedDice)!;

    /// <summary>(1, H, W), 1 on lines.</summary>
    public Picture Segment(Picture green, Picture? fov) => RidgeFilter.Segment(RidgeFilter.Response(green, [.. Sigmas], fov), Threshold);

    private static TunedRidgeFilter Tune(IReadOnlyList<(Picture Green, Picture Truth, Picture? Fov)> images, double[] sigmas)
    {
        var (threshold, dice) = RidgeFilter.BestThreshold([.. images.Select(t => (RidgeFilter.Response(t.Green, sigmas, t.Fov), t.Truth, t.Fov))]);
        return new TunedRidgeFilter(sigmas, threshold, dice);
    }
}
