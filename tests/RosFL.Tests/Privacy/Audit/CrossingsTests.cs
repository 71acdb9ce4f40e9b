using RosFL.Imaging;
using RosFL.Privacy.Audit;
using RosFL.Runs;

namespace RosFL.Tests.Privacy.Audit;

/// <summary>How often a pixel is sent in a study, by hand.</summary>
public class CrossingsTests
{
    private const int Persons = 30;
    private static readonly RunOptions Run = new() { Rounds = 30, Preprocessing = new() { Intensity = IntensityKind.None } };

    [Theory]
    [InlineData(SamplingKind.Epoch, new int[0], 60)] // 30 rounds of 2 epochs
    [InlineData(SamplingKind.Epoch, new[] { 8, 8 }, 15)] // a quarter of each image
    [InlineData(SamplingKind.Epoch, new[] { 32, 32 }, 60)] // a patch is no more than the image
    [InlineData(SamplingKind.Steps, new int[0], 30.0 * 7 * 4 / 17)] // 7 batches of 4, of 17 images
    [InlineData(SamplingKind.Epoch, new[] { 1, 1 }, 1)]
    public void OfPixel_isTheShareThatPatchesCover(SamplingKind sampling, int[] patch, double expected)
    {
        var run = Run with
        {
            Preprocessing = Run.Preprocessing with { Patch = patch },
            Training = new() { Batch = 4, Sampling = sampling, Epochs = sampling == SamplingKind.Epoch ? 2 : 1, Steps = sampling == SamplingKind.Steps ? 7 : 0 },
        };
        var own = SiteImages.Open(run, [new UnrelatedLabels(Persons, 16)])[0];
        Assert.Equal(17, own.TrainingItems);
        Assert.Equal(expected, Crossings.OfPixel(run, own), 9);
    }
}
