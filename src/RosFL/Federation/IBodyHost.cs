using RosFL.Runs;

namespace RosFL.Federation;

/// <summary>What the computation server is told when a round begins.</summary>
/// <param name="Sites">The sites that take part, in site order.</param>
/// <param name="Last">The record of the round before, by which a prepared state whose outcome got lost is settled; null before the first.</param>
public sealed record BodyRound(RoundKey Key, IReadOnlyList<string> Sites, CommitRecord? Last);

/// <summary>What the computation server says of the bodies it merged.</summary>
/// <param name="Hash">Of the merged, corrected body.</param>
/// <param name="Drift">Each site's body's distance from the round's start, in the decision's order.</param>
/// <param name="LargestChange">Largest change that the correction made.</param>
public sealed record BodyMerge(string Hash, IReadOnlyList<double> Drift, double LargestChange);

/// <summary>Which body a site asks for.</summary>
/// <param name="Key">With the site's own attempt. For inference the round after which the body was committed.</param>
/// <param name="Training">Whether the body is to be trained, or only asked.</param>
public sealed record BodyOrder(RoundKey Key, string Site, bool Training)
{
    /// <summary>Ends the waiting for a body that does not answer.</summary>
    public CancellationToken Cancellation { get; init; }
}

/// <summary>The coordinator's way to the computation server.</summary>
public interface IBodyHost
{
    /// <summary>Settles the round before; then sites may open links, and replicas begin at the committed body.</summary>
    Task BeginAsync(BodyRound round, CancellationToken cancellation);

    /// <summary>Merges the bodies of the deciding sites and keeps both versions.</summary>
    /// <exception cref="RoundLostException">A body that counts is not here any more, or did not take the steps that its site took.</exception>
    Task<BodyMerge> PrepareAsync(MergeDecision decision, CancellationToken cancellation);

    /// <summary>The round counts; answered again when told again.</summary>
    /// <param name="keep">Rounds whose bodies stay open for inference beside the last two.</param>
    Task CommitAsync(CommitRecord record, IReadOnlySet<int> keep, CancellationToken cancellation);

    Task AbortAsync(RoundKey key, CancellationToken cancellation);
}
