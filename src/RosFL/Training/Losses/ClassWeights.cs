namespace RosFL.Training.Losses;

/// <summary>Weights of the classes in cross-entropy.</summary>
public static class ClassWeights
{
    /// <summary>Inverse frequency, N / (present classes * n): each class has the same say and the mean over voxels is 1. A class that never occurs has weight 0.</summary>
    /// <param name="voxelsByClass">Sums over all sites.</param>
    public static double[] FromCounts(IReadOnlyList<long> voxelsByClass)
    {
        var all = (double)voxelsByClass.Sum();
        var present = voxelsByClass.Count(n => n > 0);
        return [.. voxelsByClass.Select(n => n == 0 ? 0 : all / (present * (double)n))];
    }
}
