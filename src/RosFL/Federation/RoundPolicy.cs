using RosFL.Runs;

namespace RosFL.Federation;

/// <summary>When a round counts although sites are missing. The defaults demand every site.</summary>
public sealed record RoundPolicy
{
    public static readonly RoundPolicy AllSites = new();

    /// <summary>Sites that must have ended their part; 0 means all of the study.</summary>
    public int Sites { get; init; }

    /// <summary>Share of all training items that those sites must hold, 0 to 1.</summary>
    public double Share { get; init; } = 1;

    /// <summary>A site that made no acknowledged step for so long is left out of the round.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Why these sites are not enough, in one sentence; null when they are.</summary>
    public string? Refuses(IReadOnlyList<Survivor> survivors, IReadOnlyList<ISite> all)
    {
        var (needed, share) = (Sites == 0 ? all.Count : Math.Min(Sites, all.Count), survivors.Sum(s => s.Weight) / (double)all.Sum(s => s.Weight));
        if (survivors.Count < needed) return $"{survivors.Count} of {all.Count} sites ended the round and {needed} must: wait for the others, or lower the quorum.";
        return share + 1e-9 < Share && Sites > 0 ? $"The sites that ended the round hold {share:P0} of the training items and {Share:P0} must: wait for the others, or lower the quorum." : null;
    }
}
