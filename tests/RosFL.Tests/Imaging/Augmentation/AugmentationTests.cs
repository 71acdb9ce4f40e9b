using CsCheck;
using RosFL.Imaging;
using RosFL.Imaging.Augmentation;
using RosFL.Runs;

namespace RosFL.Tests.Imaging.Augmentation;

/// <summary>Patches and turns: exact where no interpolation is needed, alike for all pictures, and never outside.</summary>
public sealed class AugmentationTests
{
    private static readonly AugmentationOptions QuarterTurnsAndFlips = new() { Flip = true, Rotate90 = true };

    [Fact]
    public void FlipsAndTurns_ofASquare_onlyMoveItsPixels() => Gen.Long.Check(30, seed =>
    {
        var picture = Ramp(2, 6, 6);
        var transform = SpatialAugmentation.Draw(GridTransform.Crop([0, 0, 0], [1, 6, 6]), QuarterTurnsAndFlips, Seeds.Random(seed));
        Assert.True(transform.IsExact);
        Assert.Equal(picture.Values, Sample(transform, picture).Order());
    });

    [Fact]
    public void Turn_ofABoxThatIsNotSquare_keepsItsSizeAndPixels() => Gen.Long.Check(30, seed =>
    {
        var picture = Ramp(1, 3, 4, 7);
        var transform = SpatialAugmentation.Draw(GridTransform.Crop([0, 0, 0], [3, 4, 7]), QuarterTurnsAndFlips, Seeds.Random(seed));
        Assert.Equal(picture.Values, Sample(transform, picture).Order());
    });

    [Fact]
    public void Crop_insideAVolume_copiesTheBox()
    {
        var values = Sample(GridTransform.Crop([1, 2, 3], [1, 2, 2]), Ramp(1, 3, 5, 6));
        Assert.Equal([45, 46, 51, 52], values);
    }

    [Fact]
    public void Patch_largerThanThePicture_continuesItsBorder()
    {
        var transform = PatchChoice.Draw(Ramp(1, 2, 2), null, new() { Patch = [4, 4] }, Seeds.Random(1));
        Assert.Equal([0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3], Sample(transform, Ramp(1, 2, 2)));
    }

    [Fact]
    public void Patch_aroundForeground_holdsTheOnlyLabelAlways() => Gen.Long.Check(50, seed =>
    {
        var labels = new Picture(new float[50 * 40], 1, 50, 40);
        labels.Values[(int)Math.Abs(seed % 2000)] = 1;
        var transform = PatchChoice.Draw(labels, labels, new() { Patch = [8, 8], Foreground = 1 }, Seeds.Random(seed));
        Assert.Equal(1, Sample(transform, labels).Sum());
    });

    [Fact]
    public void RotationAndScale_ofASmoothImage_followTheGeometry()
    {
        var picture = new Picture([.. Enumerable.Range(0, 41 * 41).Select(i => (float)(2 * (i / 41) - i % 41))], 1, 41, 41);
        var options = new AugmentationOptions { RotateDegrees = 20, Scale = 0.2 };
        var transform = SpatialAugmentation.Draw(GridTransform.Crop([0, 10, 10], [1, 15, 15]), options, Seeds.Random(5));
        var values = Sample(transform, picture);
        Assert.False(transform.IsExact);
        for (var i = 0; i < values.Length; i++)
        {
            var (dy, dx) = (i / 15 - 7, i % 15 - 7);
            var (y, x) = (17 + transform.Plane[0] * dy + transform.Plane[1] * dx, 17 + transform.Plane[2] * dy + transform.Plane[3] * dx);
            Assert.Equal(2 * y - x, values[i], 1e-3);
        }
        Assert.InRange(Math.Sqrt(Math.Abs(transform.Plane[0] * transform.Plane[3] - transform.Plane[1] * transform.Plane[2])), 1 / 1.2, 1.2);
    }

    [Fact]
    public void Intensity_changes_keepTheNumberOfChannelsApart()
    {
        float[] values = [0, 1, 2, 3, 10, 20, 30, 40];
        IntensityAugmentation.Apply(values, 2, new() { Gamma = 0.5 }, Seeds.Random(1));
        Assert.Equal((0, 3), (values[0], values[3]));
        Assert.Equal((10, 40), (values[4], values[7]));
        Assert.Equal((values[5] - 10) / 30, values[1] / 3, 1e-5);
    }

    [Fact]
    public void Noise_hasItsDeviation()
    {
        var values = new float[20_000];
        IntensityAugmentation.Apply(values, 1, new() { Noise = 0.1 }, Seeds.Random(1));
        Assert.Equal(0.1, Math.Sqrt(values.Average(v => (double)v * v)), 0.003);
    }

    private static Picture Ramp(params int[] shape) => new([.. Enumerable.Range(0, shape.Aggregate((a, b) => a * b)).Select(i => (float)i)], shape);

    private static float[] Sample(GridTransform transform, Picture picture)
    {
        var values = new float[picture.Channels * transform.Size.Aggregate((a, b) => a * b)];
        transform.Sample(picture, nearest: false, values);
        return values;
    }
}
