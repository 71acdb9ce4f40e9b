namespace RosFL.Runs;

/// <summary>How <c>rosfl audit</c> attacks what leaves a site, and what lets a site join a study.</summary>
public sealed record AuditOptions
{
    /// <summary>Whether a site joins the study over a network only with an audit of its cut that is green or amber, or its officer's signed override.</summary>
    public bool Required { get; init; }

    /// <summary>Cuts to be audited: "depth" or "depth:channelsXstride", e.g. "1", "1:4x4", "2:4x2". Empty: the run's own, then every depth, each as it is and with 4, 2 and 1 channels at strides 2 and 4 (RED-CNN, which keeps the resolution, also at 8).</summary>
    public string[] Cuts { get; init; } = [];

    /// <summary>Attacks besides the linear one; empty: all. With some left out no cut can pass.</summary>
    public AuditAttack[] Attacks { get; init; } = [];

    /// <summary>Whether an attack is tried.</summary>
    public bool Tries(AuditAttack attack) => Attacks.Length == 0 || Attacks.Contains(attack);

    /// <summary>Steps for which each cut's network is trained at the site before it is attacked; 0 attacks untrained weights; below 600 no cut can pass.</summary>
    public int TrainingSteps { get; init; } = 600;

    /// <summary>Fewest steps that a decoder is trained; below 1500 no cut can pass.</summary>
    public int LeastSteps { get; init; } = 1500;

    /// <summary>Most steps that a decoder is trained.</summary>
    public int MostSteps { get; init; } = 4000;

    /// <summary>Channels of the attackers' decoders; below 8 no cut can pass.</summary>
    public int DecoderChannels { get; init; } = 16;

    /// <summary>Images that the attackers are tried on, at most; below 60 no cut can pass.</summary>
    public int Victims { get; init; } = 60;

    /// <summary>Persons among whom a reconstruction is looked up, at most; below 100 no cut can pass.</summary>
    public int Gallery { get; init; } = 100;

    public AuditLimits Limits { get; init; } = new();
}

public enum AuditAttack
{
    /// <summary>A1: a decoder of the images, with the true head.</summary>
    Decoder,

    /// <summary>A2: the same without the head.</summary>
    Headless,

    /// <summary>A3: the label map from smashed values.</summary>
    SmashedMask,

    /// <summary>A3: the label map from features.</summary>
    FeaturesMask,

    /// <summary>A3: the label map from the features' gradient.</summary>
    GradientMask,
}

/// <summary>
/// Up to where a leak is green or amber; beyond, it is red. A leak is (SSIM of the strongest attack - SSIM of the mean image) / (1 - SSIM of the mean image),
/// the same for the Dice of a stolen mask.
/// </summary>
public sealed record AuditLimits
{
    /// <summary>Largest leak that is green.</summary>
    public double Green { get; init; } = 0.10;

    /// <summary>Largest leak that is amber.</summary>
    public double Amber { get; init; } = 0.30;

    /// <summary>Green only up to this many times the chance of finding the person in the gallery.</summary>
    public double Identification { get; init; } = 3;

    /// <summary>Green only up to this AUC of the membership attack.</summary>
    public double Membership { get; init; } = 0.60;
}
