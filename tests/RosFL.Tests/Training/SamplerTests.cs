using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Training;

/// <summary>Which items a site sees when.</summary>
public sealed class SamplerTests
{
    [Fact]
    public void Round_byEpochs_coversEveryItemOnceAnEpoch()
    {
        var steps = Of(new() { Sampling = SamplingKind.Epoch, Epochs = 2, Batch = 4 }, 10).Round(3);
        Assert.Equal([4, 4, 2, 4, 4, 2], steps.Select(s => s.Length));
        Assert.Equal(Enumerable.Range(0, 10), steps.Take(3).SelectMany(s => s).Order());
        Assert.Equal(Enumerable.Range(0, 10), steps.Skip(3).SelectMany(s => s).Order());
    }

    [Fact]
    public void Round_byEpochs_dependsOnSeedSiteAndRoundAlone()
    {
        var training = new TrainingOptions { Sampling = SamplingKind.Epoch, Batch = 10 };
        var order = Of(training, 10).Round(1)[0];
        Assert.Equal(order, Of(training, 10).Round(1)[0]);
        Assert.NotEqual(order, Of(training, 10).Round(0)[0]);
        Assert.NotEqual(order, Of(training, 10, site: "east").Round(1)[0]);
        Assert.NotEqual(order, Of(training, 10, seed: 2).Round(1)[0]);
    }

    /// <summary>A fixed number of full batches from an endless row of shuffled epochs: after any whole number of epochs all counts are equal.</summary>
    [Fact]
    public void Round_bySteps_goesThroughShuffledEpochs()
    {
        var sampler = Of(new() { Sampling = SamplingKind.Steps, Steps = 5, Batch = 4 }, 10);
        var steps = sampler.Round(0).Concat(sampler.Round(1)).ToList();
        Assert.All(steps, step => Assert.Equal(4, step.Length));
        var items = steps.SelectMany(s => s).ToList();
        for (var epoch = 0; epoch < 4; epoch++) Assert.Equal(Enumerable.Range(0, 10), items.Skip(10 * epoch).Take(10).Order());
    }

    /// <summary>The published program's cursor over three images: never reset, ceil(3/B) steps a round (Golden/README.md).</summary>
    [Fact]
    public void Round_byCursor_goesOnWhereTheLastEnded()
    {
        var ones = Of(new() { Sampling = SamplingKind.Cursor, Batch = 1 }, 3);
        Assert.Equal([[0], [1], [2]], ones.Round(0));
        Assert.Equal([[0], [1], [2]], ones.Round(5));
        var twos = Of(new() { Sampling = SamplingKind.Cursor, Batch = 2 }, 3);
        Assert.Equal([[0, 1], [2, 0]], twos.Round(0));
        Assert.Equal([[1, 2], [0, 1]], twos.Round(1));
        Assert.Equal([[2, 0], [1, 2]], twos.Round(2));
    }

    [Fact]
    public void Round_byCursor_meetsThePublishedOrder()
    {
        var sampler = Of(new() { Sampling = SamplingKind.Cursor, Batch = 1 }, 3);
        var published = GoldenFiles.Json("a_code_b1.json")["steps"]!.AsArray()
            .Where(step => step!["client"]!.GetValue<int>() == 2)
            .Select(step => step!["indices"]!.AsArray().Select(i => i!.GetValue<int>()).ToArray());
        Assert.Equal(published, Enumerable.Range(0, 4).SelectMany(sampler.Round));
    }

    private static Sampler Of(TrainingOptions training, int items, string site = "north", long seed = 1) => new(training, StudySeeds.OfRun(seed).Site(site), items);
}
