using RosFL.Imaging;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Tests.Privacy.Audit;

/// <summary>Attacker A2's own head: all that it knows of the true one are the moments of what crosses.</summary>
public class SubstituteHeadTests
{
    private static readonly RunOptions Run = new()
    {
        Task = StudyTask.Restoration,
        Network = new() { Name = "red-cnn", Channels = 8 },
        Data = new() { Phantoms = new() { Sites = 1, ImagesPerSite = 40, Size = 24 } },
        Preprocessing = new() { Intensity = IntensityKind.ZScore },
        Machine = new() { Threads = 1 },
    };

    [Fact]
    public async Task Fit_observedChannels_hasTheirMeanAndCovariance()
    {
        var (before, after) = await OnScene.RunAsync(Run, SiteImages.Open(Run)[0], steps: 20, scene =>
        {
            var observed = scene.Model.Smash(scene.Victims.Images);
            using var untrained = SubstituteHead.Fit(AuditScene.Of(Run with { Audit = Run.Audit with { MostSteps = 0 } }, Run.Cut), scene.Images, observed, default);
            using var head = SubstituteHead.Fit(scene.Study, scene.Images, observed, default);
            return (Apart(untrained.Smash(scene.Victims.Images), observed), Apart(head.Smash(scene.Victims.Images), observed));
        });
        Assert.True(after < 0.1 * before, $"apart by {before} before and by {after} after");
    }

    /// <summary>Squared distance of the channels' mean and of their second moments.</summary>
    private static double Apart(Tensor one, Tensor other)
    {
        double[] a = Moments(one), b = Moments(other);
        return a.Zip(b, (x, y) => (x - y) * (x - y)).Sum();
    }

    private static double[] Moments(Tensor smashed)
    {
        var rows = movedim(smashed, 1, -1).reshape(-1, smashed.shape[1]);
        var covariance = rows.t().cov();
        return [.. rows.mean([0]).data<float>().Select(v => (double)v), .. covariance.data<float>().Select(v => (double)v)];
    }
}
