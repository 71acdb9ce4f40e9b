using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Tests.Training.Losses;

/// <summary>What every loss owes: the right gradient, blindness outside the mask, and no tensors left behind.</summary>
public sealed class LossTests
{
    public static TheoryData<LossKind, int> All => LossCases.All;

    [Theory]
    [MemberData(nameof(All))]
    public void Of_anyLoss_gradientEqualsFiniteDifferences(LossKind kind, int dimensions)
    {
        using var scope = NewDisposeScope();
        var (output, target, mask) = LossCases.Batch(kind, dimensions);
        var loss = LossCases.Make(kind);
        foreach (var m in new[] { null, mask })
        {
            var gradient = Gradient(kind, output, target, m);
            // one direction through all elements, and some single elements
            var direction = rand(output.shape, ScalarType.Float64, generator: Seeds.Generator(9)).Minus(0.5);
            Assert.Equal((gradient * direction).sum().item<double>(), Slope(direction), 7);
            for (var i = 0L; i < output.numel(); i += 97)
            {
                var one = zeros_like(output);
                one.view(-1)[i] = 1;
                Assert.Equal(gradient.view(-1)[i].item<double>(), Slope(one), 7);
            }

            double Slope(Tensor along) =>
                (loss.Of(output.Plus(along.Times(1e-5)), target, m) - loss.Of(output.Plus(along.Times(-1e-5)), target, m)).item<double>() / 2e-5;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Of_pixelsOutsideTheMask_changeNeitherValueNorGradient(LossKind kind, int dimensions)
    {
        using var scope = NewDisposeScope();
        var (output, target, mask) = LossCases.Batch(kind, dimensions);
        var outside = mask.IsAtMost(0.5);
        var spoiledOutput = output.Masked(outside, double.NaN);
        // 255 is no class: a label that counted would be out of range
        var spoiledTarget = target.is_floating_point() ? target.Masked(outside, double.NaN) : target.Masked(outside.squeeze(1), 255);

        Assert.Equal(Value(kind, output, target, mask), Value(kind, spoiledOutput, spoiledTarget, mask));
        var gradient = Gradient(kind, output, target, mask);
        var spoiled = Gradient(kind, spoiledOutput, spoiledTarget, mask);
        Assert.True(gradient.Equals(spoiled));
        Assert.Equal(0, spoiled.masked_select(outside.expand(output.shape)).abs().sum().item<double>());
        Assert.True(gradient.abs().sum().item<double>() > 0);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Of_aMaskOfOnes_equalsNoMask(LossKind kind, int dimensions)
    {
        using var scope = NewDisposeScope();
        var (output, target, mask) = LossCases.Batch(kind, dimensions);

        Assert.Equal(Value(kind, output, target, null), Value(kind, output, target, ones_like(mask)), 12);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Of_aMaskOfZeros_isZeroWithoutGradient(LossKind kind, int dimensions)
    {
        using var scope = NewDisposeScope();
        var (output, target, mask) = LossCases.Batch(kind, dimensions);

        Assert.Equal(0, Value(kind, output, target, zeros_like(mask)));
        Assert.Equal(0, Gradient(kind, output, target, zeros_like(mask)).abs().sum().item<double>());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Of_halfPrecisionOutput_isComputedInSinglePrecision(LossKind kind, int dimensions)
    {
        using var scope = NewDisposeScope();
        var (output, target, mask) = LossCases.Batch(kind, dimensions);
        var half = output.to(ScalarType.BFloat16);
        var loss = LossCases.Make(kind).Of(half, target, mask);

        Assert.Equal(ScalarType.Float32, loss.dtype);
        Assert.Equal(Value(kind, half.to(ScalarType.Float32), target, mask), loss.item<float>());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Of_anyLoss_leavesOneTensor(LossKind kind, int dimensions)
    {
        using var scope = NewDisposeScope();
        var (output, target, mask) = LossCases.Batch(kind, dimensions);
        var before = scope.DisposablesCount;
        LossCases.Make(kind).Of(output, target, mask);

        Assert.Equal(before + 1, scope.DisposablesCount);
    }

    private static double Value(LossKind kind, Tensor output, Tensor target, Tensor? mask) =>
        LossCases.Make(kind).Of(output, target, mask).to(ScalarType.Float64).item<double>();

    private static Tensor Gradient(LossKind kind, Tensor output, Tensor target, Tensor? mask)
    {
        var leaf = output.detach().clone().requires_grad_();
        LossCases.Make(kind).Of(leaf, target, mask).backward();
        return leaf.grad!;
    }
}
