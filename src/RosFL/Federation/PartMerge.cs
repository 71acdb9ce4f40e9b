using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>What one round made of one part.</summary>
/// <param name="Mean">Before the correction.</param>
/// <param name="Weights">After it.</param>
/// <param name="Memory">The correction's memory for the next round.</param>
public sealed record MergedPart(Weights Mean, Weights Weights, IReadOnlyList<NamedArray> Memory, double LargestChange);

/// <summary>
/// Mean, then correction: the one pure function by which heads and tails are merged at the aggregation server and bodies at the computation server.
/// </summary>
public static class PartMerge
{
    /// <param name="parts">The part of every site that counts, in site order.</param>
    /// <param name="anchor">The global part with which the round began.</param>
    public static MergedPart Of(
        Study study, PartName part, IReadOnlyList<Weights> parts, IReadOnlyList<long> counts, Weights anchor, int round, IReadOnlyList<NamedArray> memory)
    {
        var mean = Merging.Mean(parts, counts, study.Run.Algorithm.Merge);
        if (study.Algorithm.Correction is not { } correction) return new(mean, mean, [], 0);
        var corrected = correction.Apply(part, mean, anchor, round, memory);
        return new(mean, corrected.Weights, corrected.Memory, corrected.LargestChange);
    }
}
