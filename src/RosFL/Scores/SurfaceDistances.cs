namespace RosFL.Scores;

/// <summary>
/// Distances in mm from each surface voxel of one structure to the nearest surface voxel of the other, both ways. A voxel of a structure
/// is on its surface when a face neighbour (4 in the plane, 6 in space) is not of the structure; beyond the image's border nothing is.
/// </summary>
public sealed class SurfaceDistances
{
    private const double Rounding = 1e-9;

    private readonly double[] fromPrediction;
    private readonly double[] fromTruth;
    private readonly double diagonalMm;

    private SurfaceDistances(double[] fromPrediction, double[] fromTruth, double diagonalMm) =>
        (this.fromPrediction, this.fromTruth, this.diagonalMm) = (fromPrediction, fromTruth, diagonalMm);

    /// <param name="prediction">Row-major over <paramref name="size"/>, as <paramref name="truth"/>.</param>
    public static SurfaceDistances Between(bool[] prediction, bool[] truth, int[] size, double[] spacingMm)
    {
        var diagonal = Math.Sqrt(size.Zip(spacingMm, (n, mm) => n * mm * n * mm).Sum());
        // distances run only between the structures, so the rest of a large volume need not be walked
        var box = Box.Around(size, prediction, truth);
        var (predicted, actual) = (Surface.Of(box.Crop(prediction), box.Size), Surface.Of(box.Crop(truth), box.Size));
        return new SurfaceDistances(
            Directed(predicted, actual, box.Size, spacingMm), Directed(actual, predicted, box.Size, spacingMm), diagonal);
    }

    /// <summary>
    /// 95th percentile of the distances each way (linear between ranks), the larger of the two. 0 where both structures are empty;
    /// the image's diagonal in mm where one is.
    /// </summary>
    public double Hausdorff95()
    {
        if (fromPrediction.Length == 0 && fromTruth.Length == 0)
            return 0;
        if (fromPrediction.Length == 0 || fromTruth.Length == 0)
            return diagonalMm;
        return Math.Max(Percentile(fromPrediction, 0.95), Percentile(fromTruth, 0.95));
    }

    /// <summary>
    /// Normalised surface Dice (Nikolov et al. 2018): the share of all surface voxels of both structures that lie within the tolerance
    /// of the other surface, counted by voxel. 1 where both structures are empty; 0 where one is.
    /// </summary>
    public double DiceAt(double toleranceMm)
    {
        var all = fromPrediction.Length + fromTruth.Length;
        if (all == 0)
            return 1;
        var limit = toleranceMm * (1 + Rounding);
        return (double)(fromPrediction.Count(d => d <= limit) + fromTruth.Count(d => d <= limit)) / all;
    }

    private static double[] Directed(bool[] from, bool[] to, int[] size, double[] spacingMm)
    {
        var squared = DistanceTransform.Squared(to, size, spacingMm);
        return [.. squared.Where((_, i) => from[i]).Select(Math.Sqrt)];
    }

    private static double Percentile(double[] values, double share)
    {
        var sorted = values.Order().ToArray();
        var rank = share * (sorted.Length - 1);
        var below = (int)rank;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
    }
}
