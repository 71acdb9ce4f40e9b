using RosFL.Runs;

namespace RosFL.Training;

/// <summary>Which items a site trains on, step by step. Nothing is remembered: every round follows from the site's secret and the round's number.</summary>
public sealed class Sampler(TrainingOptions options, Seeds seeds, int items)
{
    /// <summary>The steps of a round, each a list of item numbers.</summary>
    public IReadOnlyList<int[]> Round(int round) => options.Sampling switch
    {
        SamplingKind.Epoch => [.. Enumerable.Range(0, options.Epochs).SelectMany(epoch => Order(round * options.Epochs + epoch).Chunk(options.Batch))],
        SamplingKind.Steps => [.. Enumerable.Range(0, options.Steps).Select(step => Drawn(((long)round * options.Steps + step) * options.Batch))],
        _ => [.. Enumerable.Range(0, CursorSteps).Select(step => InOrder(((long)round * CursorSteps + step) * options.Batch))],
    };

    private int CursorSteps => options.Steps > 0 ? options.Steps : (items + options.Batch - 1) / options.Batch;

    /// <summary>A batch from an endless row of shuffled epochs, beginning at <paramref name="position"/>.</summary>
    private int[] Drawn(long position) =>
        [.. Enumerable.Range(0, options.Batch).Select(k => Order((int)((position + k) / items))[(int)((position + k) % items)])];

    private int[] InOrder(long position) => [.. Enumerable.Range(0, options.Batch).Select(k => (int)((position + k) % items))];

    private int[] Order(int epoch)
    {
        var order = Enumerable.Range(0, items).ToArray();
        Seeds.Random(seeds.For("order", epoch)).Shuffle(order);
        return order;
    }
}
