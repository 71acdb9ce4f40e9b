using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Tests.Training;

/// <summary>Random images of one site, item by item from its name; the batch's seed shakes them a little, as augmentation would.</summary>
internal sealed class MadeItems(string site, int count, params long[] space) : ITrainingItems
{
    private readonly long siteNumber = Seeds.Of(site);

    public int TrainingItems => count;

    public Batch Batch(IReadOnlyList<int> items, long seed)
    {
        using var scope = NewDisposeScope();
        var targets = cat([.. items.Select(item => Draw("made", siteNumber, item))], 0);
        var images = targets.Plus(cat([.. items.Select((_, k) => Draw("shaken", seed, k))], 0).Times(0.3));
        return new Batch(images.MoveToOuterDisposeScope(), targets.MoveToOuterDisposeScope(), null);
    }

    private Tensor Draw(string purpose, params ReadOnlySpan<long> coordinates)
    {
        using var generator = Seeds.Generator(new Seeds(7).For(purpose, coordinates));
        return randn([1, 1, .. space], generator: generator);
    }
}
