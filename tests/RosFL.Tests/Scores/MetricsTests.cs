using RosFL.Runs;
using RosFL.Scores;

namespace RosFL.Tests.Scores;

public sealed class MetricsTests
{
    [Theory]
    [InlineData("dice", true)]
    [InlineData("surface-dice.2", true)]
    [InlineData("psnr", true)]
    [InlineData("hd95", false)]
    [InlineData("hd95.1", false)]
    [InlineData("rmse", false)]
    public void IsBetter_aLargerValue_followsTheMetricsDirection(string metric, bool better)
    {
        Assert.Equal(better, Metrics.IsBetter(metric, 2, 1));
        Assert.Equal(!better, Metrics.IsBetter(metric, 1, 2));
        Assert.False(Metrics.IsBetter(metric, 1, 1));
    }

    [Fact]
    public void Primary_ofEachTask_isDiceOrPsnr()
    {
        Assert.Equal("dice", Metrics.Primary(StudyTask.Segmentation));
        Assert.Equal("psnr", Metrics.Primary(StudyTask.Restoration));
        Assert.Equal("psnr", Metrics.Primary(StudyTask.Reconstruction));
    }
}
