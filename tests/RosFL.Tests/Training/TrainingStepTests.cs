using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Training;

/// <summary>The split step is the whole network's step: the same weights after three steps, to the bit.</summary>
public sealed class TrainingStepTests
{
    [Theory]
    [InlineData("red-cnn", 2, NormalisationKind.Group)]
    [InlineData("unet", 2, NormalisationKind.Group)]
    [InlineData("unet", 2, NormalisationKind.Instance)]
    [InlineData("unet", 2, NormalisationKind.Batch)]
    [InlineData("unet", 2, NormalisationKind.None)]
    [InlineData("unet", 3, NormalisationKind.Group)]
    [InlineData("residual-unet", 2, NormalisationKind.Group)]
    [InlineData("residual-unet", 3, NormalisationKind.Group)]
    [InlineData("attention-unet", 2, NormalisationKind.Group)]
    [InlineData("attention-unet", 3, NormalisationKind.Group)]
    [InlineData("attention-unet", 2, NormalisationKind.Batch, ComputeKind.Bf16)]
    [InlineData("unet", 2, NormalisationKind.Group, ComputeKind.Fp32, 3)]
    public async Task TrainingStep_everyCut_equalsWholeNetworkBits(
        string network, int dimensions, NormalisationKind normalisation, ComputeKind compute = ComputeKind.Fp32, int tailBlocks = 1)
    {
        using var thread = new TorchThread("torch", 1);
        var different = await thread.RunAsync(() =>
            StepCase.Cuts(network, dimensions, normalisation, compute).Select(c => c with { TailBlocks = tailBlocks }).Where(c => !SplitEqualsWhole(c)).ToList());
        Assert.Empty(different);
    }

    [Fact]
    public async Task TrainingStep_otherBatches_givesOtherBits()
    {
        using var thread = new TorchThread("torch", 1);
        await thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            var study = new Study(new StepCase("unet", 2, NormalisationKind.Group, 1, 0, 1, MemoryLayout.Contiguous, ComputeKind.Fp32).Run);
            var batches = WholeTraining.Batches(study, 2, 8, 8);
            Assert.NotEqual(WholeTraining.Split(study, [batches[0]]).Hash(), WholeTraining.Split(study, [batches[1]]).Hash());
        });
    }

    private static bool SplitEqualsWhole(StepCase stepCase)
    {
        using var scope = NewDisposeScope();
        var study = new Study(stepCase.Run);
        var batches = WholeTraining.Batches(study, 3, stepCase.Space);
        return WholeTraining.Split(study, batches).Hash() == WholeTraining.Whole(study, batches).Hash();
    }
}
