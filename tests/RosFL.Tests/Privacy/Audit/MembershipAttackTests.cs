using RosFL.Imaging;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

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
        using var thread = new TorchThread("audit", 1);
        return await thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            var (own, study) = (SiteImages.Open(run, [new UnrelatedLabels(40, 16)])[0], AuditScene.Of(run, run.Cut));
            var images = new AuditImages(study, own, null);
            using var model = AuditedModel.Of(study, LocalTraining.Train(study, images, steps, hasBody: true, default), crossings: 1);
            return MembershipAttack.Of(model, images, seed: 1);
        });
    }
}
