using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>What one round made of one part.</summary>
/// <param name="Mean">Before the correction.</param>
/// <param name="Weights">After it.</param>
/// <param name="Memory">The correction's memory for the next round.</param>
public sealed record MergedPart(Weights Mean, Weights Weights, IReadOnlyList<NamedArray> Memory, double LargestChange);

/// <summary>
/// Mean, then correction: the one pure function by which heads and tails are merged at the aggregation server (under secure aggregation
/// at every site) and bodies at the computation server.
/// </summary>
public static class PartMerge
{
    /// <param name="parts">The part of every site that counts, in site order.</param>
    /// <param name="anchor">The global part with which the round began.</param>
    public static MergedPart Of(
        Study study, PartName part, IReadOnlyList<Weights> parts, IReadOnlyList<long> counts, Weights anchor, int round, IReadOnlyList<NamedArray> memory) =>
        Of(study, part, Merging.Mean(parts, counts, study.Run.Algorithm.Merge), anchor, round, memory);

    /// <summary>The correction of a mean of parts that sites hold, towards the round's start.</summary>
    public static MergedPart Of(Study study, PartName part, Weights mean, RoundState state) =>
        Of(study, part, mean, study.AnchorOf(part, state.Round, state.Global[part]), state.Round, state.Memories.GetValueOrDefault(part, []));

    private static MergedPart Of(Study study, PartName part, Weights mean, Weights anchor, int round, IReadOnlyList<NamedArray> memory)
    {
        if (study.Algorithm.Correction is not { } correction) return new(mean, mean, [], 0);
        var corrected = correction.Apply(part, mean, anchor, round, memory);
        return new(mean, corrected.Weights, corrected.Memory, corrected.LargestChange);
    }
}
