namespace RosFL.Imaging;

/// <summary>What a site draws its batches from: the images of a <see cref="SiteImages"/>, or whatever a study brings.</summary>
public interface ITrainingItems
{
    /// <summary>Images or slices of one epoch.</summary>
    int TrainingItems { get; }

    /// <summary>A training batch in the caller's dispose scope; all chance from <paramref name="seed"/>.</summary>
    Batch Batch(IReadOnlyList<int> items, long seed);
}
