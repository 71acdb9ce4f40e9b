namespace RosFL.Federation;

/// <summary>The decision that a round counts: the sites whose parts are merged, in site order, with their weights.</summary>
public sealed record MergeDecision(int Round, IReadOnlyList<string> Sites, IReadOnlyList<long> Weights);

/// <summary>What the computation server says of the bodies it merged.</summary>
/// <param name="Hash">Of the merged, corrected body.</param>
/// <param name="Drift">Each site's body's distance from the round's start, in the decision's order.</param>
/// <param name="LargestChange">Largest change that the correction made.</param>
public sealed record BodyMerge(string Hash, IReadOnlyList<double> Drift, double LargestChange);

/// <summary>The coordinator's way to the computation server.</summary>
public interface IBodyHost
{
    /// <summary>Sites may open links; replicas begin at the committed body.</summary>
    Task BeginAsync(int round, CancellationToken cancellation);

    /// <summary>Merges the bodies of the deciding sites and keeps both versions.</summary>
    Task<BodyMerge> PrepareAsync(MergeDecision decision, CancellationToken cancellation);

    Task CommitAsync(int round, CancellationToken cancellation);

    Task AbortAsync(int round, CancellationToken cancellation);
}
