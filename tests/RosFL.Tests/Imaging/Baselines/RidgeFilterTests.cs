using RosFL.Imaging;
using RosFL.Imaging.Baselines;

namespace RosFL.Tests.Imaging.Baselines;

/// <summary>The ridge filter on a made picture: a dark line three pixels wide on a slope of brightness.</summary>
public sealed class RidgeFilterTests
{
    private const int Side = 48, Line = 20;

    private static readonly Picture Image = Made((y, x) => 100 + x - (Math.Abs(y - Line) <= 1 ? 30 : 0));

    private static readonly Picture Truth = Made((y, _) => Math.Abs(y - Line) <= 1 ? 1 : 0);

    [Fact]
    public void TunedFilter_findsADarkLine()
    {
        var tuned = TunedRidgeFilter.Tune([(Image, Truth, null)]);
        Assert.True(tuned.TunedDice > 0.95, $"{tuned.TunedDice}");
        Assert.Equal(tuned.TunedDice, Dice(tuned.Segment(Image, null)), 1e-6);
    }

    [Fact]
    public void Response_toABrightLine_isNone() =>
        Assert.True(Response(Made((y, x) => 100 + x + (Math.Abs(y - Line) <= 1 ? 30 : 0))).Values[Line * Side + 24] < 0.1 * Response(Image).Values[Line * Side + 24]);

    /// <summary>The rim of the field of view is as dark as a vessel and must not be one.</summary>
    [Fact]
    public void Response_insideAFieldOfView_leavesTheRimOut()
    {
        var fov = Made((_, x) => x is >= 8 and < 40 ? 1 : 0);
        var response = RidgeFilter.Response(Made((y, x) => x is < 8 or >= 40 ? 0 : Math.Abs(y - Line) <= 1 ? 70 : 100), [1, 2], fov).Values;
        Assert.All(Enumerable.Range(0, 8), x => Assert.Equal(0, response[Line * Side + x]));
        Assert.True(Enumerable.Range(8, 4).Max(x => response[40 * Side + x]) < 0.2 * response[Line * Side + 24]);
    }

    /// <summary>Tuning on an image without any line or contrast chooses something and does not fail.</summary>
    [Fact]
    public void Tune_onAConstantImageWithoutVessels_givesAFilter()
    {
        var constant = Made((_, _) => 5);
        var tuned = TunedRidgeFilter.Tune([(constant, Made((_, _) => 0), null)]);
        Assert.Equal(constant.Shape, tuned.Segment(constant, null).Shape);
    }

    private static Picture Response(Picture image) => RidgeFilter.Response(image, [1.5]);

    private static double Dice(Picture found)
    {
        var both = found.Values.Zip(Truth.Values, (a, b) => a * b).Sum();
        return 2 * both / (found.Values.Sum() + Truth.Values.Sum());
    }

    private static Picture Made(Func<int, int, float> value) => new([.. Enumerable.Range(0, Side * Side).Select(i => value(i / Side, i % Side))], 1, Side, Side);
}
