using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Training;

/// <summary>A step leaves nothing behind, whether it ends well or not.</summary>
public sealed class TrainingStepTensorsTests
{
    private static readonly RunOptions Run = new StepCase("unet", 2, NormalisationKind.Group, 1, 0, 1, MemoryLayout.Contiguous, ComputeKind.Fp32).Run;
    private static readonly Study Study = new(Run);
    private static readonly Study WithBodyTask = new(Run with { Algorithm = new() { Name = "ros-fl" }, Privacy = new() { Gradient = GradientKind.SelfSupervised } });

    [Theory]
    [InlineData("attention-unet", OptimizerKind.Adam)]
    [InlineData("red-cnn", OptimizerKind.AdamW)]
    [InlineData("residual-unet", OptimizerKind.Sgd)]
    public async Task TrainingStep_overFiftySteps_keepsTheNumberOfLiveTensors(string network, OptimizerKind optimizer)
    {
        using var thread = new TorchThread("torch", 1);
        await thread.RunAsync(() =>
        {
            var run = new StepCase(network, 2, NormalisationKind.Batch, 2, 2, 1, MemoryLayout.ChannelsLast, ComputeKind.Fp32).Run;
            var study = new Study(run with { Training = run.Training with { Optimizer = optimizer, ClipNorm = 1 } });
            _ = study.InitialOf(PartNames.All);
            AssertKept(study);
        });
    }

    [Fact]
    public async Task TrainingStep_withABodyTask_keepsTheNumberOfLiveTensors()
    {
        using var thread = new TorchThread("torch", 1);
        await thread.RunAsync(() =>
        {
            _ = WithBodyTask.InitialOf(PartNames.All);
            AssertKept(WithBodyTask);
        });
    }

    [Theory]
    [InlineData("forward")]
    [InlineData("loss")]
    [InlineData("backward")]
    [InlineData("backward", true)]
    public async Task TrainingStep_thatFails_leavesNoGraphAndNoTrace(string where, bool hasTask = false)
    {
        using var thread = new TorchThread("torch", 1);
        await thread.RunAsync(() =>
        {
            var study = hasTask ? WithBodyTask : Study;
            _ = study.InitialOf(PartNames.All);
            var expected = Trained(study, fail: "");
            var before = LiveTensors.OfThisThread;
            Assert.Equal(expected, Trained(study, where));
            Assert.Equal(before, LiveTensors.OfThisThread);
        });
    }

    private static void AssertKept(Study study)
    {
        var before = LiveTensors.OfThisThread;
        using (var ends = new MadeEnds(study))
        {
            ends.Step(0);
            var afterFirst = LiveTensors.OfThisThread;
            for (var k = 1; k < 50; k++) ends.Step(k);
            Assert.Equal(afterFirst, LiveTensors.OfThisThread);
        }
        Assert.Equal(before, LiveTensors.OfThisThread);
    }

    private static string Trained(Study study, string fail)
    {
        using var ends = new MadeEnds(study);
        ends.Step(0);
        var live = LiveTensors.OfThisThread;
        if (fail.Length > 0) Assert.ThrowsAny<Exception>(() => ends.Step(9, fail));
        ends.Step(1);
        Assert.Equal(live, LiveTensors.OfThisThread);
        return ends.Hash();
    }
}
