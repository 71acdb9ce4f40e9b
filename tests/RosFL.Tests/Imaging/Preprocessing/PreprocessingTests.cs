using CsCheck;
using RosFL.Imaging;
using RosFL.Imaging.Preprocessing;
using RosFL.Runs;

namespace RosFL.Tests.Imaging.Preprocessing;

/// <summary>Intensities and grids: what goes to network units comes back, and several sites' sums are one study's statistics.</summary>
public sealed class PreprocessingTests
{
    [Fact]
    public void Window_thereAndBack_returnsHuInsideAndTheEdgesOutside()
    {
        var map = IntensityFit.Map(Image(0), null, new() { Intensity = IntensityKind.Window, Window = [-160, 240] }, null);
        var back = map.Backward(map.Forward(Image(-1000, -160, 40, 240, 3000))).Values;
        Assert.Equal([-160, -160, 40, 240, 240], back.Select(v => MathF.Round(v, 3)));
        Assert.Equal(0.5f, map.Forward(Image(40)).Values[0]);
    }

    [Fact]
    public void None_keepsTheVeryArray()
    {
        var picture = Image(1.1f, -7, float.Epsilon);
        var map = IntensityFit.Map(picture, null, new(), null);
        Assert.Same(picture, map.Forward(picture));
    }

    [Fact]
    public void ZScore_withMask_measuresInsideOnly()
    {
        var mask = Image(1, 1, 0, 0);
        var picture = new Picture([1, 3, 100, 100, 10, 30, 7, 7], 2, 1, 4);
        var mapped = IntensityFit.Map(picture, mask, new() { Intensity = IntensityKind.ZScore }, null).Forward(picture).Values;
        Assert.Equal([-1, 1], mapped[..2]);
        Assert.Equal([-1, 1], mapped[4..6]);
    }

    [Fact]
    public void ZScore_constantImage_isZeroNotNaN() =>
        Assert.All(IntensityFit.Map(Image(5, 5), null, new() { Intensity = IntensityKind.ZScore }, null).Forward(Image(5, 5)).Values, v => Assert.Equal(0, v));

    [Fact]
    public void Percentile_mapsItsPercentilesToZeroAndOne()
    {
        var picture = Image([.. Enumerable.Range(0, 101).Select(i => (float)i)]);
        var mapped = IntensityFit.Map(picture, null, new() { Intensity = IntensityKind.Percentile, Percentiles = [10, 90] }, null).Forward(picture).Values;
        Assert.Equal((0f, 0f, 0.5f, 1f), (mapped[0], mapped[10], mapped[50], mapped[95]));
    }

    [Fact]
    public void ForegroundStatistics_ofTwoSites_areThoseOfThePool()
    {
        var random = Seeds.Random(4);
        var (a, b) = (Noise(random, 300, 40), Noise(random, 700, 90));
        ChannelMap Merged(params IReadOnlyList<ForegroundSums>[] sites) => FederatedStatistics.Merge(sites).Map[0];
        var apart = Merged(Sums(a), Sums(b));
        var values = a.Concat(b).Select(v => (double)v).Order().ToArray();
        Assert.Equal(values.Average(), apart.Shift, 1e-6);
        Assert.Equal(Math.Sqrt(values.Average(v => v * v) - values.Average() * values.Average()), apart.Width, 1e-6);
        Assert.Equal(values[(int)(0.005 * values.Length)], apart.Low, 4.0);
        Assert.Equal(values[(int)(0.995 * values.Length)], apart.High, 4.0);
    }

    [Fact]
    public void ForegroundStatistics_countForegroundOnly()
    {
        var sums = FederatedStatistics.Add([], Image(10, 20, 5000), Image(1, 2, 0));
        Assert.Equal((2, 30), (sums[0].Count, sums[0].Sum));
    }

    [Fact]
    public void Resampling_ofARamp_isTheRampInside()
    {
        var ramp = Image([.. Enumerable.Range(0, 20).Select(i => (float)i)]);
        var doubled = Resampling.Linear(ramp, [1, 40]);
        Assert.Equal(0.5, doubled.SpacingMm[1]);
        for (var i = 1; i < 39; i++)
            Assert.Equal((i + 0.5) / 2 - 0.5, doubled.Values[i], 1e-5);
        Assert.Equal(ramp.Values[1..19], Resampling.Linear(doubled, [1, 20]).Values[1..19].Select(v => MathF.Round(v, 4)));
    }

    [Fact]
    public void Resampling_nearest_inventsNoLabelAndReturnsFromAFinerGrid() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int[1, 6], Gen.Long).Check(50, drawn =>
        {
            var (d, h, w, seed) = drawn;
            var random = Seeds.Random(seed);
            var labels = new Picture([.. Enumerable.Range(0, d * h * w).Select(_ => (float)random.Next(3))], 1, d, h, w);
            var finer = Resampling.Nearest(labels, [3 * d, 3 * h, 3 * w]);
            Assert.Equal(labels.Values, Resampling.Nearest(finer, [d, h, w]).Values);
        });

    [Fact]
    public void Slices_takenAndStacked_areTheVolume()
    {
        var volume = new Picture([.. Enumerable.Range(0, 2 * 3 * 4 * 5).Select(i => (float)i)], 2, 3, 4, 5) { SpacingMm = [3, 1, 2] };
        var back = Slices.Stack([.. Enumerable.Range(0, Slices.Count(volume)).Select(i => Slices.Take(volume, i))], 3);
        Assert.Equal(volume.Values, back.Values);
        Assert.Equal(volume.Shape, back.Shape);
        Assert.Equal(volume.SpacingMm, back.SpacingMm);
    }

    private static Picture Image(params float[] values) => new(values, 1, 1, values.Length);

    private static IReadOnlyList<ForegroundSums> Sums(float[] values) =>
        FederatedStatistics.Add([], Image(values), Image([.. Enumerable.Repeat(1f, values.Length)]));

    private static float[] Noise(Random random, int count, double mean) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(mean + 20 * (random.NextDouble() - 0.5)))];
}
