namespace RosFL.Scores;

/// <summary>
/// Voxels of one class in one image, or summed over many. Where neither truth nor prediction has a voxel every ratio is 1; where
/// exactly one of them has none every ratio is 0, so that a missed or an invented structure is a zero in a mean and never a gap.
/// </summary>
public readonly record struct ClassCounts(long TruePositive, long FalsePositive, long FalseNegative)
{
    public double Dice => Ratio(2 * TruePositive, 2 * TruePositive + FalsePositive + FalseNegative);

    public double Iou => Ratio(TruePositive, TruePositive + FalsePositive + FalseNegative);

    public double Sensitivity => Ratio(TruePositive, TruePositive + FalseNegative);

    public double Precision => Ratio(TruePositive, TruePositive + FalsePositive);

    private bool Nothing => TruePositive + FalsePositive + FalseNegative == 0;

    public static ClassCounts operator +(ClassCounts a, ClassCounts b) =>
        new(a.TruePositive + b.TruePositive, a.FalsePositive + b.FalsePositive, a.FalseNegative + b.FalseNegative);

    public static ClassCounts Add(ClassCounts a, ClassCounts b) => a + b;

    internal IReadOnlyList<(string Metric, double Value)> Scores() =>
        [(Metrics.Dice, Dice), (Metrics.Iou, Iou), (Metrics.Sensitivity, Sensitivity), (Metrics.Precision, Precision)];

    private double Ratio(long part, long whole) => Nothing ? 1 : whole == 0 ? 0 : (double)part / whole;
}
