using System.Security.Cryptography;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>What a site knows before the session from its own store, and holds the server's roster against.</summary>
public sealed record SessionTerms
{
    public required string Study { get; init; }

    public required byte[] ManifestHash { get; init; }

    public required int Round { get; init; }

    public required byte[] GlobalHash { get; init; }

    /// <summary>Of the whole study, whoever of its sites is in the session.</summary>
    public required Threshold Threshold { get; init; }

    public required int VectorLength { get; init; }

    /// <summary>SHA-256 of the public keys of the manifest's sites, this one's among them, in lower-case hexadecimal.</summary>
    public required IReadOnlySet<string> Approved { get; init; }

    /// <summary>SHA-256 of the aggregation server's public key, from the manifest.</summary>
    public required string Server { get; init; }

    /// <summary>This site's id in the roster, when everything in it is as it must be.</summary>
    internal uint Check(Roster roster, byte[] fingerprint)
    {
        Refusal.Unless(roster.Study == Study, $"The roster is for study '{roster.Study}', this site takes part in '{Study}'.");
        Refusal.Unless(roster.ManifestHash.AsSpan().SequenceEqual(ManifestHash), $"The roster's manifest has hash {Short(roster.ManifestHash)}, this site signed {Short(ManifestHash)}.");
        Refusal.Unless(roster.Round == Round, $"The roster is for round {roster.Round}, this site is in round {Round}.");
        Refusal.Unless(roster.GlobalHash.AsSpan().SequenceEqual(GlobalHash), $"The roster's global weights have hash {Short(roster.GlobalHash)}, this site trained from {Short(GlobalHash)}.");
        Refusal.Unless(roster.VectorLength == VectorLength, $"The roster asks for vectors of {roster.VectorLength} numbers, this site's has {VectorLength}.");
        var threshold = Threshold.Among(roster.Sites.Count).Check();
        Refusal.Unless(roster.Threshold == threshold, $"The roster's threshold is {roster.Threshold.Quorum} of {roster.Threshold.Sites}, the manifest's {threshold.Quorum} of {threshold.Sites}, against a {threshold.Adversary.ToString().ToLowerInvariant()} server.");
        Refusal.Unless(roster.PhaseTime > TimeSpan.Zero, "The roster leaves no time for a phase; it must be above zero.");
        return CheckSites(roster, fingerprint);
    }

    private uint CheckSites(Roster roster, byte[] fingerprint)
    {
        uint own = 0;
        byte[] previous = [];
        var keys = new HashSet<string>();
        foreach (var (i, site) in roster.Sites.Index())
        {
            var hash = SHA256.HashData(site.Certificate);
            using var identity = new PublicIdentity(site.Certificate);
            Refusal.Unless(Approved.Contains(identity.KeyHash),
                $"Site {site.Id} of the roster has certificate {Short(hash)}, whose key this site has not approved: approve it first, or the server made it up.");
            Refusal.Unless(keys.Add(identity.KeyHash), $"The roster names site '{identity.Name}' with two certificates of one key.");
            Refusal.Unless(site.Id == i + 1 && previous.AsSpan().SequenceCompareTo(hash) < 0,
                $"Site {site.Id} of the roster is out of order or named twice; sites are numbered by their certificate hashes.");
            if (hash.AsSpan().SequenceEqual(fingerprint)) own = site.Id;
            previous = hash;
        }
        Refusal.Unless(own != 0, "The roster does not name this site: the server must admit it first.");
        return own;
    }

    private static string Short(byte[] hash) => Convert.ToHexStringLower(hash)[..Math.Min(12, 2 * hash.Length)];
}
