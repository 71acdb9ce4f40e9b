using RosFL.Runs;

namespace RosFL.Tests.Federation;

/// <summary>A study's guards act on what its sites send: what crosses in the first step, beside the same study without guards.</summary>
public sealed class GuardedStudyTests
{
    private const int Smashed = 0, Gradient = 2; // places in a recorded step

    [Theory]
    [InlineData(Smashed)]
    [InlineData(Gradient)]
    public async Task Clip_scalesTheImagesBeyondItAndNoOther(int crossing)
    {
        var exact = await FirstAsync(new(), crossing);
        var clip = exact.Images.Average(Size);
        var (larger, smaller) = Size(exact.Images[0]) > clip ? (0, 1) : (1, 0);
        var sent = await FirstAsync(crossing == Smashed ? new() { SmashedClip = clip } : new() { GradientClip = clip }, crossing);

        Assert.Equal(exact.Images[smaller], sent.Images[smaller]);
        AssertNear(exact.Images[larger].Select(v => v * clip / Size(exact.Images[larger])), sent.Images[larger]);
    }

    [Theory]
    [InlineData(Smashed)]
    [InlineData(Gradient)]
    public async Task Noise_hasItsShareOfEveryImagesSize(int crossing)
    {
        var exact = await FirstAsync(new(), crossing);
        var sent = await FirstAsync(crossing == Smashed ? new() { SmashedNoise = 0.5 } : new() { GradientNoise = 0.5 }, crossing);

        Assert.All(exact.Images.Zip(sent.Images), pair => Assert.InRange(Size([.. pair.Second.Zip(pair.First, (s, e) => s - e)]) / Size(pair.First), 0.45, 0.55));
    }

    [Fact]
    public async Task Withheld_sendsZeros()
    {
        Assert.All((await FirstAsync(new(), Gradient)).Images, image => Assert.NotEqual(0, Size(image)));
        Assert.All((await FirstAsync(new() { Gradient = GradientKind.Withheld }, Gradient)).Images, image => Assert.Equal(0, Size(image)));
    }

    [Fact]
    public async Task Mixed_sendsTheBatchsMeanForEveryImage()
    {
        var exact = await FirstAsync(new(), Gradient);
        var sent = await FirstAsync(new() { Gradient = GradientKind.Mixed }, Gradient);

        Assert.NotEqual(exact.Images[0], exact.Images[1]);
        Assert.Equal(sent.Images[0], sent.Images[1]);
        AssertNear(exact.Images[0].Zip(exact.Images[1], (a, b) => (a + b) / 2.0), sent.Images[0]);
    }

    [Fact]
    public async Task Region_sendsItsMeanInPlaceOfEveryPosition()
    {
        const int Side = 4;
        var exact = await FirstAsync(new(), Gradient);
        var sent = await FirstAsync(new() { GradientRegion = Side }, Gradient);

        var (planes, rows, columns) = (exact.Shape[1], exact.Shape[2], exact.Shape[3]);
        var regions = Enumerable.Range(0, (int)(planes * rows * columns)).GroupBy(at => (at / (rows * columns), at / columns % rows / Side, at % columns / Side)).ToList();
        Assert.Contains(regions, region => region.Count() == Side * Side);
        foreach (var (before, after) in exact.Images.Zip(sent.Images))
        {
            Assert.All(regions, region => Assert.Single(region.Select(at => after[at]).Distinct()));
            AssertNear(regions.Select(region => region.Average(at => (double)before[at])), [.. regions.Select(region => after[region.First()])]);
        }
    }

    [Fact]
    public async Task Guards_ofTheGradient_leaveTheSmashedValuesAlone() =>
        Assert.Equal((await FirstAsync(new(), Smashed)).Images, (await FirstAsync(new() { GradientNoise = 1, GradientRegion = 4 }, Smashed)).Images);

    /// <summary>One crossing of the first step, image by image, with its shape (B, C, h, w).</summary>
    private static async Task<(float[][] Images, long[] Shape)> FirstAsync(PrivacyOptions guards, int crossing)
    {
        var run = MadeStudy.Run("splitfed-v1");
        using var study = new MadeStudy(run with { Rounds = 1, Network = run.Network with { Channels = 8 }, Privacy = guards }, ("north", 2));
        await study.RunAsync();
        var (values, shape) = (study.FirstLink!.Crossed[crossing], study.FirstLink.Shapes[crossing]);
        return ([.. values.Chunk(values.Length / (int)shape[0])], shape);
    }

    /// <summary>Root mean square.</summary>
    private static double Size(float[] image) => Math.Sqrt(image.Average(v => (double)v * v));

    private static void AssertNear(IEnumerable<double> expected, float[] actual)
    {
        var close = 1e-5 * Size(actual);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - close, pair.First + close));
    }
}
