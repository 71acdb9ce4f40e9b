using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>What the aggregation server carries from round to round.</summary>
/// <param name="Round">The next round.</param>
/// <param name="Global">The parts that sites hold.</param>
/// <param name="Memories">Of the correction, by part.</param>
/// <param name="Travelling">Relay: the optimizer state that the last site passed on.</param>
/// <param name="LastHash">Hash of the last committed record; empty at first.</param>
public sealed record RoundState(
    int Round, Model Global, IReadOnlyDictionary<PartName, IReadOnlyList<NamedArray>> Memories, IReadOnlyList<NamedArray>? Travelling, string LastHash)
{
    public static RoundState Begin(Study study) => new(
        0, study.InitialOf(study.SiteParts), new Dictionary<PartName, IReadOnlyList<NamedArray>>(), null, "");
}

/// <summary>A round that is about to count: everything a commit stores.</summary>
/// <param name="Means">The merged parts before the correction, those of the sites.</param>
public sealed record CommittingRound(RoundRecord Record, RoundState Next, Model Means);
