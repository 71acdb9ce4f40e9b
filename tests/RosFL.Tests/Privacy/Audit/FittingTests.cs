using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Networks.Layers;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tensors;
using RosFL.Training;
using RosFL.Training.Losses;
using static TorchSharp.torch;

namespace RosFL.Tests.Privacy.Audit;

/// <summary>When an attacker has learned all it can. Held-out images are looked at every 100 steps; 300 steps without 1 % gain are flat.</summary>
public class FittingTests
{
    [Fact]
    public async Task ToPlateau_lossThatStays_endsAfterThreeHundredFlatStepsAtEitherRate() => Assert.Equal(new Fitted(700, true), await FitAsync([1], least: 1));

    [Fact]
    public async Task ToPlateau_lossThatStays_stillTakesTheLeastSteps() => Assert.Equal(new Fitted(1300, true), await FitAsync([1], least: 1000));

    /// <summary>2 % better every 300 steps is not flat, 0.5 % is.</summary>
    [Theory]
    [InlineData(0.98, 1500, false)]
    [InlineData(0.995, 700, true)]
    public async Task ToPlateau_lossThatFalls_isFlatBelowOnePerCent(double every300, int steps, bool plateau)
    {
        double[] losses = [.. Enumerable.Range(0, 20).Select(look => Math.Pow(every300, look / 3.0))];
        Assert.Equal(new Fitted(steps, plateau), await FitAsync(losses, least: 1, most: 1500));
    }

    /// <summary>The first four looks are flat; what the lower rate then finds counts as learning.</summary>
    [Fact]
    public async Task ToPlateau_lowerRateThatFindsMore_goesOn() => Assert.Equal(new Fitted(800, true), await FitAsync([1, 1, 1, 1, 0.5], least: 1));

    [Fact]
    public async Task ToPlateau_stoppedByTheMostSteps_isNoPlateau()
    {
        Assert.Equal(new Fitted(600, false), await FitAsync([1], least: 1, most: 600));
        Assert.Equal(new Fitted(1200, false), await FitAsync([1], least: 1000, most: 1200));
    }

    /// <param name="looks">Loss on held-out images look by look; the last stays.</param>
    private static async Task<Fitted> FitAsync(double[] looks, int least, int most = 4000)
    {
        var run = new RunOptions
        {
            Data = new() { Phantoms = new() { Sites = 1, ImagesPerSite = 10, Size = 32 } },
            Preprocessing = new() { Patch = [4, 4] },
            Audit = new() { LeastSteps = least, MostSteps = most },
        };
        using var thread = new TorchThread("audit", 1);
        return await thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            var images = new AuditImages(new Study(run), SiteImages.Open(run)[0], null);
            using var decoder = new Convolution(LayerOptions.Of(run.Network, run.Machine), 1, 1, 1);
            using (var stream = new Seeds(1).Stream("decoder")) Initialisation.Draw(decoder, stream);
            return Fitting.ToPlateau(decoder, new Lesson(b => b.Images, b => b.Images, new WrittenLoss(looks)), images, images.HeldOut(2), run.Audit, _ => { }, default);
        });
    }

    /// <summary>Loss on held-out images as it is written down, whatever the decoder says.</summary>
    private sealed class WrittenLoss(double[] looks) : Loss
    {
        private int look;

        internal override Tensor Compute(Tensor output, Tensor target, Tensor? counted) =>
            output.sum().Times(0).Plus(is_grad_enabled() ? 0 : looks[Math.Min(look++, looks.Length - 1)]);
    }
}
