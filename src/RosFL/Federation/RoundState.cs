using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>What the aggregation server carries from round to round.</summary>
/// <param name="Round">The next round.</param>
/// <param name="Global">The parts that sites hold.</param>
/// <param name="Memories">Of the correction, by part.</param>
/// <param name="Travelling">Relay: the optimizer state that the last site passed on.</param>
/// <param name="Last">The last committed record; null before the first.</param>
public sealed record RoundState(
    int Round, Model Global, IReadOnlyDictionary<PartName, IReadOnlyList<NamedArray>> Memories, IReadOnlyList<NamedArray>? Travelling, CommitRecord? Last)
{
    /// <summary>A study's beginning, from the parts that the sites begin with.</summary>
    public static RoundState Begin(Model initial) => new(0, initial, new Dictionary<PartName, IReadOnlyList<NamedArray>>(), null, null);

    /// <summary>A simulation's beginning.</summary>
    public static RoundState Begin(Study study) => Begin(study.InitialOf(study.SiteParts));
}

/// <summary>A round that is about to count: everything a commit stores.</summary>
/// <param name="Means">The merged parts before the correction, those of the sites.</param>
public sealed record CommittingRound(RoundRecord Record, CommitRecord Decision, RoundState Next, Model Means);
