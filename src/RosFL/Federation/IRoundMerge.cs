using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>How the parts that sites hold become the next global parts: who calls the one function differs, the function does not.</summary>
public interface IRoundMerge
{
    /// <summary>Merges the parts of the sites that ended their training.</summary>
    /// <exception cref="RoundLostException">Too few sites stayed until the sum was opened.</exception>
    Task<MergedRound> MergeAsync(RoundState state, RoundKey key, IReadOnlyList<TrainedSite> trained, CancellationToken cancellation);
}

/// <summary>The sites whose parts are in the mean, and what became of them.</summary>
/// <param name="PartsHash">Of the new global parts, where the sites alone have them.</param>
public sealed record MergedRound(IReadOnlyList<TrainedSite> Counted, IReadOnlyDictionary<PartName, MergedPart> Parts, string? PartsHash = null);
