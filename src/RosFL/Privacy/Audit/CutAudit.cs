using RosFL.Runs;

namespace RosFL.Privacy.Audit;

/// <summary>The colour of a cut.</summary>
public enum AuditGrade { Green, Amber, Red, Inconclusive }

/// <summary>What one attacker read back of the images.</summary>
/// <param name="Attacker">A0 linear, A1 decoder, A2 decoder without the head.</param>
/// <param name="Steps">Of its training; 0 for the closed form.</param>
/// <param name="Plateau">Whether it had learned all it could.</param>
/// <param name="Identified">Share of victims whose reconstruction is nearest to an image of their own in the gallery.</param>
public sealed record Reconstruction(string Attacker, ImageScores Scores, int Steps, bool Plateau, double Identified);

/// <summary>Attacker A3: the label map read from one of the things that cross.</summary>
/// <param name="Source">smashed, features, gradient.</param>
/// <param name="Dice">Foreground Dice over all victims, mean over classes.</param>
public sealed record StolenMask(string Source, double Dice, int Steps, bool Plateau);

/// <summary>Attacker A4: who was trained on, from the loss alone. Intervals are 95 %, by the bootstrap.</summary>
/// <param name="TruePositives">At 1 % false positives.</param>
public sealed record Membership(double Auc, double AucLow, double AucHigh, double TruePositives, double TruePositivesLow, double TruePositivesHigh);

/// <summary>Everything that was measured of one cut.</summary>
/// <param name="Cut">As <c>audit.cuts</c> spells it.</param>
/// <param name="Smashed">Shape of what crosses for one image.</param>
/// <param name="BytesPerImage">Smashed values, features and both gradients as float32.</param>
/// <param name="Score">Of the locally trained network on the victims: Dice, or PSNR in dB.</param>
/// <param name="SiteOnlyScore">Of the outer levels alone, trained alike.</param>
/// <param name="Crossings">How often a pixel crosses in the whole study: attackers average over so many of them what a guard adds.</param>
public sealed record CutAudit(
    string Cut, long[] Smashed, long BytesPerImage, double Score, double SiteOnlyScore,
    ImageScores MeanImage, ImageScores Pixelated4, ImageScores Pixelated8, IReadOnlyList<Reconstruction> Reconstructions, int Gallery,
    IReadOnlyList<StolenMask> StolenMasks, double MeanMaskDice, Membership? Membership, double DistanceCorrelation,
    int Victims, int Persons, bool HasForeignAuxiliary, double Crossings, AuditEffort Effort, double Seconds)
{
    /// <summary>The attacker that came nearest.</summary>
    public Reconstruction Strongest => Reconstructions.MaxBy(r => r.Scores.Ssim)!;

    /// <summary>(SSIM of the strongest attack - SSIM of the mean image) / (1 - SSIM of the mean image).</summary>
    public double Leak => Above(Strongest.Scores.Ssim, MeanImage.Ssim);

    /// <summary>The same for the best stolen mask; null where the task has none.</summary>
    public double? MaskLeak => StolenMasks.Count == 0 ? null : Above(StolenMasks.Max(m => m.Dice), MeanMaskDice);

    /// <summary>What the body adds.</summary>
    public double Gain => Score - SiteOnlyScore;

    /// <summary>The colour of the images' leak. A cut passes only against a decoder that had learned all it could.</summary>
    public AuditGrade Grade(AuditLimits limits)
    {
        var colour = Colour(Leak, limits);
        if (colour == AuditGrade.Green && (Reconstructions.Max(r => r.Identified) > limits.Identification / Gallery || Membership?.Auc > limits.Membership)) colour = AuditGrade.Amber;
        return colour == AuditGrade.Red || WhyInconclusive() is null ? colour : AuditGrade.Inconclusive;
    }

    /// <summary>The colour of the labels' leak; null where nothing was stolen. They pass only against decoders of all three sources that had learned all they could.</summary>
    public AuditGrade? MaskGrade(AuditLimits limits) => MaskLeak is not { } leak ? null
        : Colour(leak, limits) is var colour && (colour == AuditGrade.Red || (StolenMasks.Count == LeakageAudit.MaskSources && StolenMasks.All(m => m.Plateau) && WhyInconclusive() is null)) ? colour
        : AuditGrade.Inconclusive;

    /// <summary>Why a cut that looks safe may not be called so; null where it may.</summary>
    public string? WhyInconclusive() =>
        Persons < LeakageAudit.FewestPersons && !HasForeignAuxiliary ? $"{Persons} persons are too few for a verdict: {LeakageAudit.FewestPersons} are needed, or another site's images with --auxiliary"
        : Effort.WhyTooLittle() is { } lacking ? lacking
        : Reconstructions.Count < LeakageAudit.ImageAttackers ? "attacks were left out: leave audit.attacks empty"
        : Reconstructions.All(r => r.Attacker != LeakageAudit.DecoderName || !r.Plateau) ? "the decoder was still learning: raise audit.mostSteps"
        : null;

    private static AuditGrade Colour(double leak, AuditLimits limits) =>
        leak <= limits.Green ? AuditGrade.Green : leak <= limits.Amber ? AuditGrade.Amber : AuditGrade.Red;

    private static double Above(double attack, double trivial) => (attack - trivial) / Math.Max(1e-6, 1 - trivial);
}
