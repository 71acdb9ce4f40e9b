using RosFL.Privacy.Audit;
using RosFL.Runs;

namespace RosFL.Tests.Privacy.Audit;

public class GradeTests
{
    private static readonly AuditLimits Limits = new();

    [Theory]
    [InlineData(0.40, AuditGrade.Green)] // the mean image scores .35, so the leak is .077
    [InlineData(0.50, AuditGrade.Amber)]
    [InlineData(0.60, AuditGrade.Red)]
    public void Grade_byLeakOfStrongestAttack(double ssim, AuditGrade expected) => Assert.Equal(expected, Made(ssim).Grade(Limits));

    [Fact]
    public void Grade_strongLinearAttack_failsWhateverTheDecoderDid() =>
        Assert.Equal(AuditGrade.Red, (Made(0.36) with { Reconstructions = [A("A0 linear", 0.9, plateau: true), A("A1 decoder", 0.36, plateau: true)] }).Grade(Limits));

    [Fact]
    public void Grade_decoderStillLearning_isInconclusiveUnlessAlreadyRed()
    {
        Assert.Equal(AuditGrade.Inconclusive, (Made(0.40) with { Reconstructions = Attacks(A("A1 decoder", 0.40, plateau: false)) }).Grade(Limits));
        Assert.Equal(AuditGrade.Red, (Made(0.40) with { Reconstructions = Attacks(A("A1 decoder", 0.80, plateau: false)) }).Grade(Limits));
    }

    [Fact]
    public void Grade_fewPersons_isInconclusiveWithoutForeignImages()
    {
        var few = Made(0.40) with { Persons = 12 };
        Assert.Equal(AuditGrade.Inconclusive, few.Grade(Limits));
        Assert.Equal(AuditGrade.Green, (few with { HasForeignAuxiliary = true }).Grade(Limits));
    }

    /// <summary>Else a site could choose the attack that it passes. What even such an attack reads back is red all the same.</summary>
    [Theory]
    [InlineData("leastSteps", 400)]
    [InlineData("decoderChannels", 1)]
    [InlineData("victims", 5)]
    [InlineData("gallery", 2)]
    [InlineData("trainingSteps", 0)]
    [InlineData("trainingSteps", 50)]
    public void Grade_attackWeakerThanTheFewest_isInconclusiveUnlessRed(string option, int value)
    {
        var weak = RunFile.Parse("{}", "own", [$"audit.{option}={value}"]).Options.Audit;
        StolenMask[] masks = [new("smashed", 0.2, 100, true), new("features", 0.2, 100, true), new("gradient", 0.2, 100, true)];
        var safe = Made(0.40) with { Effort = AuditEffort.Of(weak), StolenMasks = masks, MeanMaskDice = 0.2 };
        Assert.Equal((AuditGrade.Inconclusive, AuditGrade.Inconclusive), (safe.Grade(Limits), safe.MaskGrade(Limits)!.Value));
        Assert.Contains($"audit.{option}", safe.WhyInconclusive(), StringComparison.Ordinal);
        Assert.Equal(AuditGrade.Red, (Made(0.60) with { Effort = AuditEffort.Of(weak) }).Grade(Limits));
    }

    [Fact]
    public void Grade_attackOfTheDefaultOptions_isEnough() => Assert.Null(Made(0.40).WhyInconclusive());

    [Fact]
    public void Grade_personFoundOrMembershipSeen_isNotGreen()
    {
        Assert.Equal(AuditGrade.Amber, (Made(0.40) with { Reconstructions = Attacks(A("A1 decoder", 0.40, plateau: true, identified: 0.2)) }).Grade(Limits));
        Assert.Equal(AuditGrade.Amber, (Made(0.40) with { Membership = new(0.7, 0.6, 0.8, 0.1, 0, 0.2) }).Grade(Limits));
    }

    [Fact]
    public void MaskGrade_isApart()
    {
        var stolen = Made(0.36) with { StolenMasks = [new("smashed", 0.2, 100, true), new("gradient", 0.9, 100, true)], MeanMaskDice = 0.2 };
        Assert.Equal(AuditGrade.Green, stolen.Grade(Limits));
        Assert.Equal(AuditGrade.Red, stolen.MaskGrade(Limits));
        Assert.Null(Made(0.36).MaskGrade(Limits));
    }

    [Fact]
    public void Grade_attackLeftOut_isInconclusive() =>
        Assert.Equal(AuditGrade.Inconclusive, (Made(0.40) with { Reconstructions = [A("A0 linear", 0.35, plateau: true), A("A1 decoder", 0.40, plateau: true)] }).Grade(Limits));

    [Fact]
    public void MaskGrade_needsDecodersOfAllSourcesAtTheirPlateau()
    {
        StolenMask[] all = [new("smashed", 0.2, 100, true), new("features", 0.2, 100, true), new("gradient", 0.25, 100, true)];
        var safe = Made(0.36) with { StolenMasks = all, MeanMaskDice = 0.2 };
        Assert.Equal(AuditGrade.Green, safe.MaskGrade(Limits));
        Assert.Equal(AuditGrade.Inconclusive, (safe with { StolenMasks = all[..2] }).MaskGrade(Limits));
        Assert.Equal(AuditGrade.Inconclusive, (safe with { StolenMasks = [.. all[..2], all[2] with { Plateau = false }] }).MaskGrade(Limits));
    }

    internal static Reconstruction A(string name, double ssim, bool plateau, double identified = 0.01) => new(name, new(ssim, ssim, ssim, 20, 21, 22), 2000, plateau, identified);

    private static Reconstruction[] Attacks(Reconstruction decoder) => [A("A0 linear", 0.35, plateau: true), decoder, A("A2 decoder without the head", 0.35, plateau: true)];

    internal static CutAudit Made(double ssim) => new(
        "1", [4, 32, 32], 1000, 30, 29, new(0.35, 0.4, 0.5, 15, 16, 17), new(0.6, 0.6, 0.6, 20, 20, 20), new(0.5, 0.5, 0.5, 18, 18, 18), Attacks(A("A1 decoder", ssim, plateau: true)), 60,
        [], 0, null, 0.5, 20, 60, false, 1, AuditEffort.Of(new()), 1);
}
