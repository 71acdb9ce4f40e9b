namespace RosFL.Runs;

/// <summary>What hides from the servers what sites send.</summary>
public sealed record PrivacyOptions
{
    /// <summary>How the merge of what sites hold is hidden from the aggregation server; all but <c>none</c> need three sites and imply algorithm.merge <c>fixed24</c>.</summary>
    public SecureAggregationKind SecureAggregation { get; init; }
}

public enum SecureAggregationKind
{
    /// <summary>The aggregation server sees every site's parts.</summary>
    None,

    /// <summary>Masked sums, threshold floor(N/2)+1: the server follows the protocol and reads all it gets.</summary>
    Curious,

    /// <summary>Masked sums, threshold floor(2N/3)+1: the server may lie.</summary>
    Malicious,

    /// <summary>Homomorphic sums as in DC-SFL, for comparison: the server together with any one site sees everything. Simulation only.</summary>
    Paillier,
}
