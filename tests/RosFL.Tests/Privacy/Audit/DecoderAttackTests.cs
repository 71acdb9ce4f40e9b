using RosFL.Imaging;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Tests.Privacy.Audit;

/// <summary>The auditor's own tests of its decoder: what must leak does, what cannot does not.</summary>
public class DecoderAttackTests
{
    private static readonly RunOptions Run = new()
    {
        Task = StudyTask.Restoration,
        Network = new() { Name = "unet", Channels = 4, Levels = 2 },
        Data = new() { Phantoms = new() { Sites = 1, ImagesPerSite = 40, Size = 16 } },
        Preprocessing = new() { Intensity = IntensityKind.ZScore },
        Machine = new() { Threads = 1 },
        Audit = new() { LeastSteps = 800, MostSteps = 2000, DecoderChannels = 8 },
    };

    /// <summary>Long before its plateau.</summary>
    [Fact]
    public async Task Fit_identityHead_readsImagesBack()
    {
        var (read, _) = await AttackedAsync(images => images.alias(), images => images.alias());
        Assert.True(read.Ssim > 0.99, $"SSIM {read.Ssim}");
    }

    [Fact]
    public async Task Fit_constantHead_scoresAsTheMeanImage()
    {
        var (read, mean) = await AttackedAsync(images => zeros_like(images), images => images.alias());
        Assert.Equal(mean.Ssim, read.Ssim, 0.05);
    }

    [Fact]
    public async Task Fit_shuffledPairs_fallsToTheMeanImage()
    {
        var (read, mean) = await AttackedAsync(images => images.alias(), images => images.roll(1, 0));
        Assert.InRange(read.Ssim, 0, mean.Ssim + 0.05);
    }

    /// <param name="head">What crosses of images.</param>
    /// <param name="pairing">What the decoder is told that they showed.</param>
    private static Task<(ImageScores Read, ImageScores Mean)> AttackedAsync(Func<Tensor, Tensor> head, Func<Tensor, Tensor> pairing) => OnScene.RunAsync(Run, SiteImages.Open(Run)[0], steps: 0, scene =>
    {
        Lesson lesson = new(b => head(b.Images), b => pairing(scene.Unit.ToUnit(b.Images)), DecoderAttack.ImageLoss);
        using var attack = DecoderAttack.Fit(lesson, scene, outputs: 1, "test", _ => { }, default);
        var read = ImageScores.Of(Intensities.Clipped(attack.Decode(scene.Victims)), scene.Truth);
        return (read, ImageScores.Of(scene.MeanImage().expand(scene.Truth.shape), scene.Truth));
    });
}
