using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>The aggregation server has every site's parts and takes mean and correction itself.</summary>
public sealed class PlainMerge(Study study) : IRoundMerge
{
    public Task<MergedRound> MergeAsync(RoundState state, RoundKey key, IReadOnlyList<TrainedSite> trained, CancellationToken cancellation) =>
        Task.FromResult(new MergedRound(trained, PartsOf(state, trained)));

    /// <summary>In site order; after a relay the last site's parts stand for all.</summary>
    private Dictionary<PartName, MergedPart> PartsOf(RoundState state, IReadOnlyList<TrainedSite> trained)
    {
        if (!study.Algorithm.Merges) return [];
        var last = trained[^1].Update.Parts;
        return study.SiteParts.ToDictionary(p => p, p => study.Algorithm.Order == SiteOrder.Relay
            ? new MergedPart(last[p], last[p], [], 0)
            : PartMerge.Of(study, p, Merging.Mean([.. trained.Select(t => t.Update.Parts[p])], [.. trained.Select(t => t.Survivor.Weight)], study.Run.Algorithm.Merge), state));
    }
}
