using RosFL.Imaging;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Tests.Imaging;

/// <summary>A site that knows only its own secret draws what the simulation of all sites draws for it.</summary>
public sealed class OneSiteTests
{
    private static readonly RunOptions Run = new()
    {
        Data = new() { Phantoms = new() { Size = 16, ImagesPerSite = 12 }, QuantitySkew = 2, MaxImages = 10 },
    };

    [Theory]
    [InlineData(StudyTask.Restoration)]
    [InlineData(StudyTask.Segmentation)]
    public void OpenOne_withItsOwnSecretAlone_isTheSimulationsSite(StudyTask task)
    {
        using var scope = NewDisposeScope();
        var run = Run with { Task = task, Network = new() { OutputChannels = task == StudyTask.Segmentation ? 3 : 1 } };
        var (simulated, all) = (SiteImages.Open(run), StudySeeds.OfRun(run.Seed));
        for (var i = 0; i < simulated.Count; i++)
        {
            var name = simulated[i].Site;
            var alone = SiteImages.OpenOne(run, name, StudySeeds.OfSite(all.Bodies, all.Sites, name, new Seeds(all.Site(name).Secret)));
            foreach (var split in Enum.GetValues<Split>())
                Assert.Equal(simulated[i].Splits[split], alone.Splits[split]);
            var (expected, actual) = (simulated[i].Batch([1, 0], 5), alone.Batch([1, 0], 5));
            Assert.True(expected.Images.equal(actual.Images).all().item<bool>());
            Assert.True(expected.Targets.equal(actual.Targets).all().item<bool>());
        }
    }

    [Fact]
    public void OpenOne_ofAnotherSite_needsItsSecret()
    {
        var all = StudySeeds.OfRun(Run.Seed);
        var north = StudySeeds.OfSite(all.Bodies, all.Sites, "hospital-1", all.Site("hospital-1"));
        Assert.Throws<InvalidOperationException>(() => SiteImages.OpenOne(Run, "hospital-2", north));
    }

    [Fact]
    public void OpenOne_whereOnlyASimulationCan_saysSo()
    {
        var all = StudySeeds.OfRun(Run.Seed);
        var dealt = Run with { Data = Run.Data with { DirichletAlpha = 1 } };
        Assert.Contains("data.dirichletAlpha", Assert.Throws<RosflException>(() => SiteImages.OpenOne(dealt, "hospital-1", all)).Message);
        Assert.Contains("hospital-9", Assert.Throws<RosflException>(() => SiteImages.OpenOne(Run, "hospital-9", all)).Message);
    }
}
