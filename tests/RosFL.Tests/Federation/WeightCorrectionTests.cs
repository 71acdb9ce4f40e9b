using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Federation;

/// <summary>DWCS: the schedule, the pull towards the round's start, and what it leaves alone.</summary>
public sealed class WeightCorrectionTests
{
    private static readonly Weights Merged = MadeWeights.Of(1, -2, 0.5f), Anchor = MadeWeights.Of(0, 0, 0.5f);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 0.5)]
    [InlineData(4, 0.75)]
    [InlineData(100, 0.99)]
    [InlineData(5000, 0.99)]
    public void Alpha_byRound_growsToItsLimit(int round, double alpha) => Assert.Equal(alpha, WeightCorrection.Alpha(round), 15);

    /// <summary>Strength 1 reaches the anchor in full, so W becomes (1 - alpha) W + alpha A.</summary>
    [Fact]
    public void GradientCorrection_ofStrengthOne_pullsByAlpha()
    {
        var corrected = new GradientCorrection(1).Apply(PartName.Body, Merged, Anchor, 4, []);
        Assert.Equal([0.25f, -0.5f, 0.5f], corrected.Weights.Values());
        Assert.Equal(1.5, corrected.LargestChange);
        Assert.Empty(corrected.Memory);
    }

    /// <summary>rho = 1 - (1 - eta mu)^k is k explicit gradient steps on mu/2 |T - A|^2 begun at W.</summary>
    [Theory]
    [InlineData(1, 0.1, 0.5)]
    [InlineData(7, 0.05, 2)]
    [InlineData(200, 1e-3, 1e-1)]
    public void GradientCorrection_inClosedForm_equalsExplicitSteps(int steps, double rate, double mu)
    {
        var strength = 1 - Math.Pow(1 - rate * mu, steps);
        var corrected = new GradientCorrection(strength).Apply(PartName.Head, Merged, Anchor, 3, []).Weights.Values();
        for (var i = 0; i < corrected.Length; i++)
        {
            double start = Merged.Values()[i], target = start;
            for (var k = 0; k < steps; k++) target -= rate * mu * (target - Anchor.Values()[i]);
            var alpha = WeightCorrection.Alpha(3);
            Assert.Equal((float)((1 - alpha) * start + alpha * target), corrected[i], 1e-6f);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void GradientCorrection_inTheFirstTwoRounds_changesNothing(int round) =>
        Assert.Same(Merged, new GradientCorrection(1).Apply(PartName.Head, Merged, Anchor, round, []).Weights);

    /// <summary>In round 1 alpha is 0, but the moments of the Adam step already count.</summary>
    [Fact]
    public void AdamCorrection_inRoundOne_remembersWithoutMoving()
    {
        var correction = new AdamCorrection(new RunOptions(), mu: 1, published: false);
        var first = correction.Apply(PartName.Head, Merged, Anchor, 1, []);
        Assert.Equal(Merged.Values(), first.Weights.Values());
        Assert.Contains(first.Memory, m => m.Values.Any(v => v != 0));
        var before = first.Memory.Select(m => m.Values.ToArray()).ToList();
        correction.Apply(PartName.Head, Merged, Anchor, 2, first.Memory);
        Assert.Equal(before, first.Memory.Select(m => m.Values));
    }

    /// <summary>The correction's Adam step shrinks with the schedule: else it would outgrow the training's own steps towards the end of a run.</summary>
    [Fact]
    public void AdamCorrection_underASchedule_takesTheRoundsRate()
    {
        double Largest(ScheduleKind schedule) => new AdamCorrection(
            new RunOptions { Rounds = 10, Training = new() { Schedule = schedule } }, mu: 1, published: false).Apply(PartName.Head, Merged, Anchor, 9, []).LargestChange;
        Assert.Equal(0.5 * (1 + Math.Cos(0.9 * Math.PI)), Largest(ScheduleKind.Cosine) / Largest(ScheduleKind.Constant), 3);
    }

    [Theory]
    [InlineData(CorrectionRule.Gradient)]
    [InlineData(CorrectionRule.Adam)]
    public void Merge_withCorrection_mergesStatisticsWithoutCorrectingThem(CorrectionRule rule)
    {
        var run = MadeStudy.Run("ros-fl") with { Algorithm = new() { Name = "ros-fl", Rule = rule, Strength = rule == CorrectionRule.Gradient ? 1 : null } };
        var (anchor, parts) = (Anchor.WithStatistics(100), new[] { Merged.WithStatistics(1), Merged.WithStatistics(4) });
        var merged = PartMerge.Of(new Study(run), PartName.Body, parts, [1, 2], anchor, 3, []);
        Assert.Equal([3f], merged.Weights.Values("running_mean"));
        Assert.Equal(Merged.Values(), merged.Mean.Values());
        Assert.NotEqual(Merged.Values(), merged.Weights.Values());
    }
}
