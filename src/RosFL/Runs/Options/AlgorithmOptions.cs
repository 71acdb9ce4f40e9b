namespace RosFL.Runs;

/// <summary>Which algorithm, and its numbers.</summary>
public sealed record AlgorithmOptions
{
    /// <summary>A name in the algorithm catalogue: centralized, local, site-only, fedavg, fedprox, fedbn, scaffold, split, splitfed-v1, splitfed-v2, ros-fl, dc-sfl.</summary>
    public string Name { get; init; } = "ros-fl";

    /// <summary>Strength rho of the weight correction, rule <c>gradient</c>: 0 is plain averaging, 1 returns to the round's start. Default 0.1.</summary>
    public double? Strength { get; init; }

    /// <summary>How RoS-FL finds the correction model. DC-SFL always uses <c>adam</c>.</summary>
    public CorrectionRule? Rule { get; init; }

    /// <summary>FedProx: weight of the proximal term, default 0.01. Correction by Adam: weight of the correction loss, default 1e-4.</summary>
    public double? Mu { get; init; }

    /// <summary>Correction by Adam exactly as in the published DC-SFL program (see docs/algorithms.md). Default false.</summary>
    public bool? Published { get; init; }

    /// <summary>Weights of the sites in the mean.</summary>
    public SiteWeighting Weighting { get; init; } = SiteWeighting.Samples;

    /// <summary>Arithmetic of the mean.</summary>
    public MergeArithmetic Merge { get; init; } = MergeArithmetic.Float;
}

public enum CorrectionRule { Gradient, Adam }

public enum SiteWeighting { Samples, Uniform }

public enum MergeArithmetic { Float, Fixed24 }
