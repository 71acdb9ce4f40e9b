using RosFL.Imaging;

namespace RosFL.Training;

/// <summary>What a site draws its batches from: its own images, or (centralized only) those of all sites.</summary>
public interface ITrainingItems
{
    /// <summary>Images or slices of one epoch.</summary>
    int Count { get; }

    /// <summary>A training batch in the caller's dispose scope; all chance from <paramref name="seed"/>.</summary>
    Batch Batch(IReadOnlyList<int> items, long seed);
}
