using RosFL.Privacy.Audit;
using RosFL.Privacy.HeadPenalties;
using RosFL.Runs;
using RosFL.Tensors;
using RosFL.Tests.Federation;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Privacy.HeadPenalties;

/// <summary>What a head pays for telling too much of its image.</summary>
public sealed class HeadPenaltyTests
{
    private static readonly StepTime Once = new(0, 0, 1);

    [Fact]
    public void DistanceCorrelation_isTheStatisticOfTheAudit()
    {
        using var scope = NewDisposeScope();
        var images = Noise(1);
        var smashed = images.Power(2).Plus(Noise(2)).requires_grad_();
        var expected = Statistics.DistanceCorrelation(Vectors(images), Vectors(smashed));
        Assert.Equal(expected, new DistanceCorrelationPenalty(1).Of(images, smashed, Once).item<float>(), 1e-4);
    }

    [Fact]
    public void DistanceCorrelation_ofTheImageItself_isOne_andGivesAGradient()
    {
        using var scope = NewDisposeScope();
        var images = Noise(1);
        var smashed = images.clone().requires_grad_();
        var cost = new DistanceCorrelationPenalty(2).Of(images, smashed, Once);
        Assert.Equal(2f, cost.item<float>(), 1e-4f);
        cost.backward();
        Assert.True(smashed.grad!.isfinite().all().item<bool>());
    }

    /// <summary>A batch of equal images has no distances: the cost must not become NaN.</summary>
    [Fact]
    public void DistanceCorrelation_ofEqualImages_isFinite()
    {
        using var scope = NewDisposeScope();
        var smashed = ones(3, 2, 4, 4).requires_grad_();
        var cost = new DistanceCorrelationPenalty(1).Of(ones(3, 1, 8, 8), smashed, Once);
        cost.backward();
        Assert.True(float.IsFinite(cost.item<float>()) && smashed.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void Adversary_seesTheImage_theCostRises_andNothing_itStaysNearZero()
    {
        Assert.True(Learned(images => images) > 0.5);
        Assert.True(Learned(images => zeros_like(images)) < 0.05);
    }

    [Theory]
    [InlineData(HeadPenaltyKind.DistanceCorrelation)]
    [InlineData(HeadPenaltyKind.Adversary)]
    public async Task Training_underAPenalty_changesTheHead(HeadPenaltyKind penalty) =>
        Assert.NotEqual(await MadeStudy.HashAsync(MadeStudy.Run("ros-fl")), await MadeStudy.HashAsync(Run("ros-fl", penalty)));

    /// <summary>Where the site holds the body nothing crosses, and the head pays nothing.</summary>
    [Fact]
    public async Task Training_whereNothingCrosses_paysNothing() =>
        Assert.Equal(await MadeStudy.HashAsync(MadeStudy.Run("fedavg")), await MadeStudy.HashAsync(Run("fedavg", HeadPenaltyKind.Adversary)));

    private static double Learned(Func<Tensor, Tensor> head)
    {
        using var scope = NewDisposeScope();
        using var penalty = new AdversaryPenalty(1, MadeStudy.Run("ros-fl"), new Seeds(1));
        var cost = 0.0;
        for (var step = 0; step < 120; step++)
        {
            using var inner = NewDisposeScope();
            var images = Noise(step);
            cost = penalty.Of(images, head(images).requires_grad_(), new StepTime(0, step, 120)).item<float>();
        }
        return cost;
    }

    private static RunOptions Run(string algorithm, HeadPenaltyKind penalty) => MadeStudy.Run(algorithm) with { Privacy = new() { HeadPenalty = penalty } };

    private static Tensor Noise(int seed)
    {
        var values = new float[6 * 8 * 8];
        using (var stream = new Seeds(7).Stream("noise", seed)) stream.FillNormal(values);
        return tensor(values, 6, 1, 8, 8);
    }

    private static float[][] Vectors(Tensor values) => [.. values.data<float>().ToArray().Chunk((int)(values.numel() / values.shape[0]))];
}
