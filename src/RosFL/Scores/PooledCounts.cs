using RosFL.Imaging;

namespace RosFL.Scores;

/// <summary>
/// Voxel counts by class, summed over the images added: the scores of a site's images laid side by side, in which a large structure
/// weighs more than a small one. Holds <paramref name="classes"/> classes, background (0) included.
/// </summary>
public sealed class PooledCounts(int classes)
{
    private readonly ClassCounts[] counts = new ClassCounts[classes];

    /// <summary>Counts of a class, 1..classes-1; the background is not counted.</summary>
    public ClassCounts this[int label] => counts[label];

    /// <param name="prediction">(1, H, W) or (1, D, H, W), labels.</param>
    /// <param name="truth">As <paramref name="prediction"/>.</param>
    /// <param name="mask">Limits what counts; null for all.</param>
    public void Add(Picture prediction, Picture truth, Picture? mask)
    {
        Masks.RequireSameSize(prediction, truth, "prediction");
        Add(LabelMap.Of(prediction, classes, mask), LabelMap.Of(truth, classes, mask));
    }

    /// <summary>dice, iou, sensitivity, precision: first the plain mean over the foreground classes, then each class.</summary>
    public IReadOnlyList<(string Metric, double Value)> Scores() => ByClass.WithMeans([.. counts.Skip(1).Select(c => c.Scores())]);

    internal void Add(LabelMap prediction, LabelMap truth)
    {
        for (var i = 0; i < truth.Labels.Length; i++)
        {
            var (p, t) = (prediction.Labels[i], truth.Labels[i]);
            if (p == t && t > 0)
                counts[t] += new ClassCounts(1, 0, 0);
            else if (p != t)
                CountMiss(p, t);
        }
    }

    private void CountMiss(int predicted, int truth)
    {
        if (predicted > 0)
            counts[predicted] += new ClassCounts(0, 1, 0);
        if (truth > 0)
            counts[truth] += new ClassCounts(0, 0, 1);
    }
}
