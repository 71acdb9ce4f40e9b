using RosFL.Imaging;
using RosFL.Privacy.Audit;
using RosFL.Runs;

namespace RosFL.Tests.Privacy.Audit;

/// <summary>The auditor's own tests of attacker A3: labels that leak are read, and labels that do not are not.</summary>
public class MaskAttackTests
{
    /// <summary>The features' gradient of the untrained network gives labels away of which the image tells nothing.</summary>
    [Fact]
    [Trait("speed", "slow")]
    public async Task Steal_exactGradient_readsTheLabels()
    {
        var (stolen, guessed) = await StolenAsync(AuditAttack.GradientMask, new());
        Assert.True(stolen.Dice > 0.9, $"Dice {stolen.Dice}, guessed {guessed}");
    }

    [Fact]
    [Trait("speed", "slow")]
    public async Task Steal_smashedValuesWithoutLabels_isNoBetterThanTheMeanMask()
    {
        var (stolen, guessed) = await StolenAsync(AuditAttack.SmashedMask, new());
        Assert.InRange(stolen.Dice, 0, guessed + 0.05);
    }

    [Fact]
    [Trait("speed", "slow")]
    public async Task Steal_gradientWithheld_isNoBetterThanTheMeanMask()
    {
        var (stolen, guessed) = await StolenAsync(AuditAttack.GradientMask, new() { Gradient = GradientKind.Withheld });
        Assert.InRange(stolen.Dice, 0, guessed + 0.05);
    }

    /// <summary>One crossing hides behind noise what the crossings of a whole study do not: the attacker averages them.</summary>
    [Fact]
    [Trait("speed", "slow")]
    public async Task Steal_noisyGradientOfManyRounds_readsMoreThanOfOne()
    {
        PrivacyOptions noisy = new() { GradientNoise = 8 };
        var (once, _) = await StolenAsync(AuditAttack.GradientMask, noisy);
        var (often, _) = await StolenAsync(AuditAttack.GradientMask, noisy, rounds: 256);
        Assert.True(often.Dice > once.Dice + 0.2, $"Dice {once.Dice} of one round, {often.Dice} of many");
    }

    /// <summary>The mean of four images' gradients hides which label is whose; among other images every round, the image's own stands out.</summary>
    [Fact]
    [Trait("speed", "slow")]
    public async Task Steal_mixedGradientOfManyRounds_readsWhatOneHides()
    {
        PrivacyOptions mixed = new() { Gradient = GradientKind.Mixed };
        var (once, guessed) = await StolenAsync(AuditAttack.GradientMask, mixed, persons: 240);
        var (often, _) = await StolenAsync(AuditAttack.GradientMask, mixed, rounds: 32, persons: 240);
        Assert.True(once.Dice < guessed + 0.2 && often.Dice > once.Dice + 0.2, $"Dice {once.Dice} of one round, {often.Dice} of many, guessed {guessed}");
    }

    private static async Task<(StolenMask Stolen, double Guessed)> StolenAsync(AuditAttack attack, PrivacyOptions guards, int rounds = 1, int persons = 60)
    {
        var run = new RunOptions
        {
            Task = StudyTask.Segmentation,
            Rounds = rounds,
            Network = new() { Name = "unet", Channels = 4, Levels = 1, OutputChannels = 2 },
            Preprocessing = new() { Intensity = IntensityKind.ZScore, BinaryLabels = true },
            Privacy = guards,
            Machine = new() { Threads = 1 },
            Audit = new() { LeastSteps = 400, MostSteps = 600, DecoderChannels = 8 },
        };
        return await OnScene.RunAsync(run, SiteImages.Open(run, [new UnrelatedLabels(persons, 16)])[0], steps: 0, scene =>
            (MaskAttack.Steal(scene, attack, _ => { }, default), TaskScore.MeanMask(scene.Images, scene.Victims, run)));
    }
}
