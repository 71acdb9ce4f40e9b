using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Tests.Privacy.Audit;

/// <summary>The auditor's own tests: what must leak does, what cannot does not.</summary>
public class RidgeAttackTests
{
    private const int Known = 48, Victims = 16;

    [Fact]
    public void Fit_identityHead_readsImagesBack() => Assert.True(Attacked(images => images.clone()).Ssim > 0.99);

    [Fact]
    public void Fit_paperHead_isRed()
    {
        using var scope = NewDisposeScope();
        using var stream = new Seeds(3).Stream("test");
        var values = new float[32 * 25];
        stream.Fill(values, 0.2);
        var kernel = tensor(values, 32, 1, 5, 5);
        var scores = Attacked(images => nn.functional.relu(nn.functional.conv2d(images, kernel)));
        Assert.True((scores.Ssim - MeanScores().Ssim) / (1 - MeanScores().Ssim) > new AuditLimits().Amber, $"SSIM {scores.Ssim}");
    }

    [Fact]
    public void Fit_headOfHalfResolution_coversFourPixelsEach()
    {
        var scores = Attacked(images => nn.functional.avg_pool2d(images, 2));
        Assert.InRange(scores.Ssim, MeanScores().Ssim + 0.1, 0.99);
    }

    [Theory]
    [InlineData(0, 9, 1)] // as four unpadded convolutions of the paper's network leave it
    [InlineData(1, 3, 3)] // 11 positions, the last of which is partly outside
    public void Fit_headThatLeavesAnOddSize_readsBackWhatItCovers(int padding, int side, int stride)
    {
        var scores = Attacked(images => nn.functional.avg_pool2d(nn.functional.pad(images, [0, padding, 0, padding]), side, stride));
        Assert.InRange(scores.Ssim, MeanScores().Ssim, 1);
    }

    [Fact]
    public void Fit_constantHead_scoresAsTheMeanImage() =>
        Assert.Equal(MeanScores().Ssim, Attacked(images => zeros_like(images)).Ssim, 0.02);

    [Fact]
    public void Fit_shuffledPairs_fallsToTheMeanImage() =>
        Assert.InRange(Attacked(images => images.clone(), seen => seen.roll(1, 0)).Ssim, 0, MeanScores().Ssim + 0.05);

    /// <param name="shuffled">What the attacker is told that known images gave; null tells the truth.</param>
    private static ImageScores Attacked(Func<Tensor, Tensor> head, Func<Tensor, Tensor>? shuffled = null)
    {
        using var scope = NewDisposeScope();
        var (known, victims) = (Images(0, Known), Images(Known, Victims));
        using var attack = RidgeAttack.Fit(shuffled is null ? head(known) : shuffled(head(known)), known, known.mean([0], keepdim: true));
        // the head under attack is the true one; only what the attacker learned from may have been shuffled
        return ImageScores.Of(attack.Reconstruct(head(victims)), victims);
    }

    private static ImageScores MeanScores()
    {
        using var scope = NewDisposeScope();
        return ImageScores.Of(Images(0, Known).mean([0], keepdim: true).expand(Victims, 1, 32, 32), Images(Known, Victims));
    }

    /// <summary>Smooth random fields around one bright disc, 32x32 in 0..1.</summary>
    private static Tensor Images(int from, int count)
    {
        using var scope = NewDisposeScope();
        var coarse = new float[count * 64];
        for (var i = 0; i < count; i++)
        {
            using var stream = new Seeds(from + i).Stream("image");
            stream.Fill(coarse.AsSpan(64 * i, 64), 0.5);
        }
        var axis = linspace(-1, 1, 32);
        var disc = axis.Power(2).unsqueeze(0).Plus(axis.Power(2).unsqueeze(1)).IsAtMost(0.5).to(float32);
        var fields = nn.functional.interpolate(tensor(coarse, count, 1, 8, 8), [32, 32], mode: InterpolationMode.Bilinear, align_corners: false);
        return (disc * fields.Times(0.8).Plus(0.5)).Between(0, 1).MoveToOuterDisposeScope();
    }
}
