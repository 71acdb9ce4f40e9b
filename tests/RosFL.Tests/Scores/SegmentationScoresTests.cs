using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Scores;

namespace RosFL.Tests.Scores;

/// <summary>Hand-computed small cases, and the rules for empty structures.</summary>
public sealed class SegmentationScoresTests
{
    private static readonly EvaluationOptions Options = new() { SurfaceToleranceMm = 1 };

    [Fact]
    public void Of_twoOverlappingBars_equalsCountingByHand()
    {
        // truth columns 0..3, prediction columns 2..4 of one row: TP 2, FP 1, FN 2
        var scores = Of(Row(0, 0, 1, 1, 1, 0), Row(1, 1, 1, 1, 0, 0));

        Assert.Equal(4.0 / 7, scores["dice"], 12);
        Assert.Equal(2.0 / 5, scores["iou"], 12);
        Assert.Equal(2.0 / 4, scores["sensitivity"], 12);
        Assert.Equal(2.0 / 3, scores["precision"], 12);
        // every voxel of a one-row bar is surface; truth to prediction: 2 1 0 0, its 95th percentile between ranks 2 and 3 is 1.85
        Assert.Equal(1.85, scores["hd95"], 12);
        // prediction within 1 mm: all 3; truth: 3 of 4
        Assert.Equal(6.0 / 7, scores["surface-dice"], 12);
    }

    [Fact]
    public void Of_anisotropicSpacing_measuresInMillimetres()
    {
        var truth = new Picture([1, 0, 0, 0, 0, 0], 1, 3, 2) { SpacingMm = [2, 5] };
        var down = Of(new Picture([0, 0, 1, 0, 0, 0], 1, 3, 2), truth);
        var right = Of(new Picture([0, 1, 0, 0, 0, 0], 1, 3, 2), truth);

        Assert.Equal(2, down["hd95"], 12);
        Assert.Equal(5, right["hd95"], 12);
    }

    [Fact]
    public void Of_theSameLabels_isPerfect()
    {
        var picture = Row(0, 1, 2, 2, 0, 1);
        var scores = Of(picture, picture, classes: 3);

        Assert.All(scores, s => Assert.Equal(s.Key.StartsWith("hd95", StringComparison.Ordinal) ? 0 : 1, s.Value));
    }

    [Fact]
    public void Of_bothEmpty_isPerfect()
    {
        var scores = Of(Row(0, 0, 0), Row(0, 0, 0));

        Assert.All(["dice", "iou", "sensitivity", "precision", "surface-dice"], metric => Assert.Equal(1, scores[metric]));
        Assert.Equal(0, scores["hd95"]);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void Of_oneEmpty_isTheWorstOfEveryMetric(float predicted, float truth)
    {
        // 3 x 4 mm rows and columns: the diagonal is 5
        var scores = Of(new Picture([predicted], 1, 1, 1), new Picture([truth], 1, 1, 1) { SpacingMm = [3, 4] });

        Assert.All(["dice", "iou", "sensitivity", "precision", "surface-dice"], metric => Assert.Equal(0, scores[metric]));
        Assert.Equal(5, scores["hd95"]);
    }

    [Fact]
    public void Of_threeClasses_givesTheirPlainMean()
    {
        var scores = Of(Row(1, 1, 2, 0), Row(1, 1, 0, 2), classes: 3);

        Assert.Equal(1, scores["dice.1"]);
        Assert.Equal(0, scores["dice.2"]);
        Assert.Equal(0.5, scores["dice"]);
    }

    [Fact]
    public void Of_aMask_isBlindOutside()
    {
        var mask = Row(1, 1, 1, 0, 0, 0);
        var inside = Of(Row(1, 1, 0, 0, 0, 0), Row(1, 0, 0, 0, 0, 0));
        // 255 would be refused as a label if it counted
        var withOutside = Of(Row(1, 1, 0, 1, 1, 255), Row(1, 0, 0, 0, 1, 1), mask: mask);

        Assert.Equal(inside, withOutside);
    }

    [Theory]
    [InlineData(2f)]
    [InlineData(-1f)]
    [InlineData(0.5f)]
    [InlineData(float.NaN)]
    public void Of_aValueThatIsNoLabel_isRefused(float value) =>
        Assert.Equal(ExitCode.InvalidData, Assert.Throws<RosflException>(() => Of(Row(0, 1), Row(value, 0))).Code);

    [Fact]
    public void Of_differentSizes_isRefused() => Assert.Throws<RosflException>(() => Of(Row(0, 1), Row(0, 1, 1)));

    [Fact]
    public void Pooled_twoImages_isTheScoreOfBothLaidSideBySide()
    {
        var pooled = new PooledCounts(2);
        pooled.Add(Row(1, 1, 0), Row(1, 0, 0), null);
        pooled.Add(Row(0, 0, 0), Row(1, 1, 1), null);

        var together = Of(Row(1, 1, 0, 0, 0, 0), Row(1, 0, 0, 1, 1, 1));
        Assert.Equal(8, pooled.Scores().Count);
        Assert.All(pooled.Scores(), s => Assert.Equal(together[s.Metric], s.Value));
        Assert.Equal(new ClassCounts(1, 1, 3), pooled[1]);
    }

    private static Picture Row(params float[] labels) => new(labels, 1, 1, labels.Length);

    private static Dictionary<string, double> Of(Picture prediction, Picture truth, int classes = 2, Picture? mask = null) =>
        SegmentationScores.Of(prediction, truth, classes, mask, Options).ToDictionary(s => s.Metric, s => s.Value);
}
