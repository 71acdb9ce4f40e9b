using RosFL.Imaging;
using RosFL.Privacy.Audit;
using RosFL.Runs;

namespace RosFL.Tests.Privacy.Audit;

/// <summary>The auditor's own tests of attacker A4: who was learned by heart is found, and nobody is found before any training.</summary>
public class MembershipAttackTests
{
    [Fact]
    [Trait("speed", "slow")]
    public async Task Of_networkThatLearnedItsImagesByHeart_findsThem()
    {
        var found = await AttackedAsync(steps: 400);
        Assert.True(found.Auc > 0.9, $"AUC {found.Auc}");
        Assert.True(found.AucLow > 0.6, $"AUC from {found.AucLow}");
        Assert.True(found.TruePositives > 0.5, $"found {found.TruePositives}");
    }

    [Fact]
    public async Task Of_untrainedNetwork_findsNobody()
    {
        var found = await AttackedAsync(steps: 0);
        Assert.InRange(0.5, found.AucLow, found.AucHigh);
    }

    private static async Task<Membership> AttackedAsync(int steps)
    {
        var run = new RunOptions
        {
            Task = StudyTask.Segmentation,
            Network = new() { Name = "unet", Channels = 8, Levels = 2, OutputChannels = 2 },
            Training = new() { Batch = 4, LearningRate = 0.01 },
            Preprocessing = new() { Intensity = IntensityKind.ZScore, BinaryLabels = true },
            Machine = new() { Threads = 1 },
        };
        return await OnScene.RunAsync(run, SiteImages.Open(run, [new UnrelatedLabels(40, 16)])[0], steps, scene => MembershipAttack.Of(scene.Model, scene.Images, seed: 1));
    }
}
