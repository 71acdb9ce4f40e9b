using RosFL.Imaging;
using RosFL.Runs;

namespace RosFL.Bench;

/// <summary>A site's training items without any file: one fixed picture of noise, so that only training is measured.</summary>
internal sealed class NoiseItems(RunOptions run, int count, int size) : ITrainingItems
{
    private readonly Batch one = BenchRun.Batch(run, 1, size);

    public int TrainingItems => count;

    public Batch Batch(IReadOnlyList<int> items, long seed) =>
        new(one.Images.expand(items.Count, 1, size, size).contiguous(), one.Targets.expand(items.Count, 1, size, size).contiguous(), null);
}
