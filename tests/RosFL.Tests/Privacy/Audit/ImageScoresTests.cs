using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Tests.Privacy.Audit;

public class ImageScoresTests
{
    /// <summary>21 images, the i-th off by (i + 1) / 100 everywhere: the last but one from the best is the 95th percentile.</summary>
    [Fact]
    public void Of_manyImages_givesMeanPercentileAndMaximum()
    {
        using var scope = NewDisposeScope();
        var images = linspace(0, 0.5, 256).reshape(1, 1, 16, 16).expand(21, 1, 16, 16);
        var errors = linspace(0.01, 0.21, 21).reshape(21, 1, 1, 1);
        var scores = ImageScores.Of(images.Plus(errors), images);
        Assert.Equal(40, scores.PsnrMost, 1e-3);
        Assert.Equal(-20 * Math.Log10(0.02), scores.PsnrHigh, 1e-3);
        Assert.Equal(Enumerable.Range(1, 21).Average(i => -20 * Math.Log10(i / 100.0)), scores.Psnr, 1e-3);
        Assert.True(scores.Ssim < scores.SsimHigh && scores.SsimHigh < scores.SsimMost && scores.SsimMost < 1);
    }

    [Fact]
    public void Of_theImagesThemselves_isOneAndTheLargestPsnr()
    {
        using var scope = NewDisposeScope();
        var images = rand(2, 1, 16, 16, generator: Seeds.Generator(1));
        var scores = ImageScores.Of(images, images);
        Assert.Equal((1.0, 1.0), (scores.Ssim, scores.SsimMost));
        Assert.Equal((scores.Psnr, scores.Psnr), (scores.PsnrHigh, scores.PsnrMost));
    }
}
