using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Scores;
using RosFL.Tensors;
using RosFL.Training.Losses;
using static TorchSharp.torch;
using Catalogue = RosFL.Training.Losses.Losses;
using F = TorchSharp.torch.nn.functional;

namespace RosFL.Tests.Training.Losses;

/// <summary>Each loss against an independent definition, and the catalogue's refusals.</summary>
public sealed class LossesTests
{
    [Fact]
    public void Mse_withoutMask_isTorchsBits()
    {
        using var scope = NewDisposeScope();
        var (output, target, _) = LossCases.Batch(LossKind.Mse, 2);
        var (o, t) = (output.to(ScalarType.Float32), target.to(ScalarType.Float32));

        Assert.True(LossCases.Make(LossKind.Mse).Of(o, t).Equals(F.mse_loss(o, t, nn.Reduction.Mean)));
        Assert.True(LossCases.Make(LossKind.L1).Of(o, t).Equals(F.l1_loss(o, t, nn.Reduction.Mean)));
    }

    [Fact]
    public void CrossEntropy_withClassWeights_equalsTorch()
    {
        using var scope = NewDisposeScope();
        var (output, target, _) = LossCases.Batch(LossKind.CrossEntropy, 3);
        var expected = F.cross_entropy(output, target, tensor(new[] { 0.5, 1, 2 }));

        Assert.Equal(expected.item<double>(), LossCases.Make(LossKind.CrossEntropy).Of(output, target).item<double>(), 12);
        Assert.Equal(expected.item<double>(), LossCases.Make(LossKind.Focal, gamma: 0).Of(output, target).item<double>(), 12);
    }

    [Fact]
    public void Focal_twoPixels_equalsTheFormula()
    {
        using var scope = NewDisposeScope();
        // p of the truth: 0.9 and 0.4, classes 0 and 1 with weights 0.5 and 1
        var output = tensor(new[] { Math.Log(0.9), Math.Log(0.6), Math.Log(0.05), Math.Log(0.4), Math.Log(0.05), -50 }).view(1, 3, 1, 2);
        var target = tensor(new[] { 0L, 1L }).view(1, 1, 2);

        var expected = -(0.5 * 0.01 * Math.Log(0.9) + 1 * 0.36 * Math.Log(0.4)) / 1.5;
        Assert.Equal(expected, LossCases.Make(LossKind.Focal).Of(output, target).item<double>(), 9);
    }

    [Fact]
    public void Focal_certainPixelsAndSmallGamma_hasAFiniteGradient()
    {
        using var scope = NewDisposeScope();
        var output = tensor(new[] { 100.0, -100, -100 }).view(1, 3, 1, 1).requires_grad_();
        LossCases.Make(LossKind.Focal, gamma: 0.5).Of(output, zeros([1, 1, 1], ScalarType.Int64)).backward();

        Assert.True(output.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void Dice_ofLabelsAsCertainOutputs_equalsDiceOverTheBatch()
    {
        using var scope = NewDisposeScope();
        // class 1: predicted 3, true 2, common 2; class 2: predicted 1, true 2, common 1; class sums over both images
        var predicted = tensor(new[] { 1L, 1, 0, 1, 2, 0 }).view(2, 1, 3);
        var target = tensor(new[] { 1L, 1, 0, 2, 2, 0 }).view(2, 1, 3);
        var output = F.one_hot(predicted, 3).movedim([-1], [1]).to(ScalarType.Float64).Times(100);

        var expected = 1 - (4.0 / 5 + 2.0 / 3) / 2;
        Assert.Equal(expected, LossCases.Make(LossKind.Dice).Of(output, target).item<double>(), 5);
    }

    [Fact]
    public void DiceCe_isTheSumOfBoth()
    {
        using var scope = NewDisposeScope();
        var (output, target, mask) = LossCases.Batch(LossKind.DiceCe, 2);
        double Of(LossKind kind) => LossCases.Make(kind).Of(output, target, mask).item<double>();

        Assert.Equal(Of(LossKind.Dice) + Of(LossKind.CrossEntropy), Of(LossKind.DiceCe), 12);
    }

    [Fact]
    public void MseSsim_oneImage_agreesWithTheScore()
    {
        using var scope = NewDisposeScope();
        var (output, target, mask) = LossCases.Batch(LossKind.MseSsim, 3);
        var scores = RestorationScores.Of(ToPicture(output[0]), ToPicture(target[0]), ToPicture(mask[0]), new EvaluationOptions())
            .ToDictionary(s => s.Metric, s => s.Value);

        var expected = scores["rmse"] * scores["rmse"] + 0.3 * (1 - scores["ssim"]);
        Assert.Equal(expected, LossCases.Make(LossKind.MseSsim).Of(output[..1], target[..1], mask[..1]).item<double>(), 6);
    }

    [Fact]
    public void Make_withoutALoss_takesTheTasksDefault()
    {
        Assert.Equal(LossKind.DiceCe, Catalogue.Default(StudyTask.Segmentation));
        Assert.Equal(LossKind.Mse, Catalogue.Default(StudyTask.Reconstruction));
        Assert.NotNull(Catalogue.Make(new TrainingOptions(), StudyTask.Segmentation, 2));
    }

    [Theory]
    [InlineData(LossKind.Dice, StudyTask.Restoration, 3)]
    [InlineData(LossKind.Mse, StudyTask.Segmentation, 3)]
    [InlineData(LossKind.DiceCe, StudyTask.Segmentation, 1)]
    public void Make_aLossThatDoesNotFit_isRefused(LossKind kind, StudyTask task, int classes) =>
        Assert.Equal(ExitCode.InvalidRun, Assert.Throws<RosflException>(() => Catalogue.Make(new TrainingOptions { Loss = kind }, task, classes)).Code);

    [Fact]
    public void Make_weightsThatDoNotFitTheClasses_areRefused()
    {
        static void Refused(params double[] weights) => Assert.Throws<RosflException>(
            () => Catalogue.Make(new TrainingOptions { ClassWeights = weights }, StudyTask.Segmentation, 2));

        Refused(1);
        Refused(1, -1);
        Refused(0, 0);
        Refused(1, double.NaN);
    }

    [Fact]
    public void FromCounts_giveEachPresentClassTheSameSay()
    {
        Assert.Equal([100 / 180.0, 5, 0], ClassWeights.FromCounts([90, 10, 0]));
    }

    [Fact]
    public void Agreed_overSites_sumsCountsWhateverTheirOrder()
    {
        var run = new RunOptions { Training = new() { FederatedClassWeights = true } };
        long[][] sites = [[80, 0, 1], [10, 10, 3]];
        Assert.Equal(ClassWeights.FromCounts([90, 10, 4]), ClassWeights.Agreed(run, () => sites).Training.ClassWeights);
        Assert.Equal(ClassWeights.FromCounts([90, 10, 4]), ClassWeights.Agreed(run, () => sites.Reverse()).Training.ClassWeights);
        Assert.Same(RunOptionsWithout, ClassWeights.Agreed(RunOptionsWithout, () => throw new InvalidOperationException("Nobody asked for counts.")));
    }

    private static readonly RunOptions RunOptionsWithout = new();

    private static Picture ToPicture(Tensor values) => new(
        values.to(ScalarType.Float32).contiguous().data<float>().ToArray(), [.. values.shape.Select(n => (int)n)]);
}
