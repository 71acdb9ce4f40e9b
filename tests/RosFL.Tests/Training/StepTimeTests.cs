using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Training;

/// <summary>The rate follows from round and step alone.</summary>
public sealed class StepTimeTests
{
    [Theory]
    [InlineData(ScheduleKind.Constant, 3, 9, 0.1)]
    [InlineData(ScheduleKind.Cosine, 0, 0, 0.1)]
    [InlineData(ScheduleKind.Cosine, 2, 0, 0.05)]
    [InlineData(ScheduleKind.Cosine, 1, 5, 0.0691341716182545)]
    [InlineData(ScheduleKind.Polynomial, 0, 0, 0.1)]
    [InlineData(ScheduleKind.Polynomial, 2, 0, 0.0535886731268147)]
    public void LearningRate_atAStep_isTheSchedules(ScheduleKind schedule, int round, int step, double rate) =>
        Assert.Equal(rate, new StepTime(round, step, 10).LearningRate(new TrainingOptions { LearningRate = 0.1, Schedule = schedule }, rounds: 4), 12);

    [Theory]
    [InlineData(ScheduleKind.Cosine)]
    [InlineData(ScheduleKind.Polynomial)]
    public void LearningRate_overAllSteps_fallsAndStaysPositive(ScheduleKind schedule)
    {
        var training = new TrainingOptions { Schedule = schedule };
        var rates = (from round in Enumerable.Range(0, 3) from step in Enumerable.Range(0, 7) select new StepTime(round, step, 7).LearningRate(training, 3)).ToList();
        Assert.Equal(rates.OrderDescending(), rates);
        Assert.True(rates[^1] > 0);
    }
}
