using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination.Hidden;

/// <summary>A site's long-term keys, and the manifest from which alone it takes the others'.</summary>
/// <param name="Own">The key of its certificate, which the roster names, and its storage key.</param>
public sealed record SiteTrust(Identity Own, Manifest Manifest)
{
    /// <summary>SHA-256 of the public keys of all sites in the roster, in lower-case hexadecimal.</summary>
    public IReadOnlySet<string> Sites { get; } = Manifest.Terms.Roster.Where(e => e.IsSite).Select(e => e.Key).ToHashSet();

    /// <summary>SHA-256 of the aggregation server's public key.</summary>
    public string Server { get; } = Manifest.Terms.Roster.Single(e => Party.Parse(e.Party).Role == PartyRole.AggregationServer).Key;

    /// <summary>To whom new states are encrypted: every site in the roster.</summary>
    public IReadOnlyList<StateReader> Readers { get; } = [.. Manifest.Terms.Roster.Where(e => e.IsSite).Select(e => new StateReader(e.Key, Convert.FromHexString(e.Storage)))];

    /// <summary>What a session's roster is held against.</summary>
    public SessionTerms TermsOf(int round, string globalHash, int vectorLength) => new()
    {
        Study = Manifest.Study,
        ManifestHash = Convert.FromHexString(Manifest.Hash),
        Round = round,
        GlobalHash = Convert.FromHexString(globalHash),
        Threshold = Threshold.Of(Manifest),
        VectorLength = vectorLength,
        Approved = Sites,
        Server = Server,
    };
}
