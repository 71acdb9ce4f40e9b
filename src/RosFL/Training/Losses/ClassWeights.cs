using RosFL.Runs;

namespace RosFL.Training.Losses;

/// <summary>Weights of the classes in cross-entropy from how often the sites' training labels have each class.</summary>
public static class ClassWeights
{
    /// <summary>The run with the weights that its sites' counts give, where <c>training.federatedClassWeights</c> asks for them.</summary>
    /// <param name="voxelsBySite">Each site's counts, class by class: all that leaves it. Not asked for under other options.</param>
    public static RunOptions Agreed(RunOptions run, Func<IEnumerable<IReadOnlyList<long>>> voxelsBySite) => run.Training.FederatedClassWeights
        ? run with { Training = run.Training with { ClassWeights = FromCounts(Sum([.. voxelsBySite()])) } }
        : run;

    /// <summary>All sites' counts together.</summary>
    public static IReadOnlyList<long> Sum(IReadOnlyList<IReadOnlyList<long>> voxelsBySite) =>
        [.. Enumerable.Range(0, voxelsBySite[0].Count).Select(c => voxelsBySite.Sum(site => site[c]))];

    /// <summary>
    /// Inverse frequency, w(c) = N / (K n(c)) with N voxels, n(c) of them in class c, and K classes that occur: each class has the same say
    /// and the mean over voxels is 1. A class that never occurs has weight 0.
    /// </summary>
    public static double[] FromCounts(IReadOnlyList<long> voxelsByClass)
    {
        var all = (double)voxelsByClass.Sum();
        var present = voxelsByClass.Count(n => n > 0);
        return [.. voxelsByClass.Select(n => n == 0 ? 0 : all / (present * (double)n))];
    }
}
