using RosFL.Training;

namespace RosFL.Federation;

public enum BodyPlace
{
    /// <summary>No body at all: the site-only control.</summary>
    Nowhere,

    /// <summary>Each site owns its body and sends it to be merged with head and tail.</summary>
    AtSite,

    /// <summary>The computation server holds one body for each site.</summary>
    ReplicaPerSite,

    /// <summary>The computation server holds one body that all sites train.</summary>
    Shared,
}

public enum SiteOrder
{
    /// <summary>All sites train at once, from the same start.</summary>
    Together,

    /// <summary>One after the other; head, tail and their optimizer state travel on.</summary>
    Relay,
}

/// <summary>
/// What distinguishes one algorithm from another. The defaults are SplitFed V1 (Thapa et al. 2022): a body for each site at the
/// computation server, sites together, everything averaged after the round.
/// </summary>
public record Algorithm(string Name)
{
    public BodyPlace Body { get; init; } = BodyPlace.ReplicaPerSite;

    public SiteOrder Order { get; init; } = SiteOrder.Together;

    /// <summary>All images in one place: simulation only.</summary>
    public bool Pooled { get; init; }

    /// <summary>False: every site keeps a model of its own.</summary>
    public bool Merges { get; init; } = true;

    /// <summary>Normalisation layers stay at the site and are not merged (Li et al. 2021).</summary>
    public bool KeepsNormalisation { get; init; }

    /// <summary>Whether each site ends with a model of its own, and none is for all.</summary>
    public bool LeavesOwnModels => !Merges || KeepsNormalisation;

    /// <summary>Deterministic correction of the mean, computed where the mean is in the clear.</summary>
    public WeightCorrection? Correction { get; init; }

    /// <summary>A hook for one part of one site in one round; null where the algorithm leaves gradients alone.</summary>
    public Func<StepHook>? Hook { get; init; }
}
