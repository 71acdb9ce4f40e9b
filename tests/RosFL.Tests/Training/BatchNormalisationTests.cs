using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Training;

/// <summary>Batch normalisation learns its statistics in training alone and keeps no count of batches that a merge could see.</summary>
public sealed class BatchNormalisationTests
{
    private static readonly Study Study = new(new StepCase("unet", 2, NormalisationKind.Batch, 1, 0, 1, MemoryLayout.Contiguous, ComputeKind.Fp32).Run);

    [Fact]
    public void Infer_betweenSteps_neitherLearnsNorLooksAtTheOtherImages()
    {
        using var scope = NewDisposeScope();
        using var body = Study.NewBody();
        body.Part.Write(Study.InitialOf(PartName.Body));
        using var generator = Seeds.Generator(3);
        var smashed = randn([3, 4, 8, 8], generator: generator);
        body.Forward(smashed).Dispose();
        var learned = body.Part.Read().Hash();
        Assert.NotEqual(Study.InitialOf(PartName.Body).Hash(), learned);

        var together = body.Infer(smashed);
        var alone = body.Infer(smashed.narrow(0, 1, 1));
        Assert.True(together.narrow(0, 1, 1).allclose(alone, 1e-5, 1e-6));
        Assert.Equal(learned, body.Part.Read().Hash());
    }

    [Fact]
    public void Weights_ofAPart_haveRunningStatisticsAndNoCountOfBatches()
    {
        var weights = Study.BlankOf(PartName.Body);
        var beside = weights.Arrays.Skip(weights.Trained).Select(a => a.Name).ToList();
        Assert.NotEmpty(beside);
        Assert.All(beside, name => Assert.Contains("running_", name, StringComparison.Ordinal));
    }
}
