using RosFL.Imaging;

namespace RosFL.Tests.Federation;

/// <summary>Items whose batch of one number, counted over the whole run, cannot be read; the next attempt can.</summary>
internal sealed class FailingItems(ITrainingItems items, int failingBatch) : ITrainingItems
{
    private int asked;

    public int TrainingItems => items.TrainingItems;

    public Batch Batch(IReadOnlyList<int> numbers, long seed) =>
        asked++ == failingBatch ? throw new IOException("The disk is gone.") : items.Batch(numbers, seed);
}
