using RosFL.Runs;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>What the aggregation server is feared to do.</summary>
public enum Adversary
{
    /// <summary>Follows the protocol and reads everything that it gets.</summary>
    Curious,

    /// <summary>May lie to each site separately.</summary>
    Malicious,
}

/// <summary>How many sites must stay for a round to be opened.</summary>
/// <param name="Policy">The study's own least number of sites; 0 where it has none.</param>
public sealed record Threshold(int Sites, Adversary Adversary, int Policy = 0)
{
    public const int FewestSites = 3;

    /// <summary>What the server's trustworthiness asks for: floor(2N/3)+1 against a malicious one, so that two sets of survivors always share an honest site; floor(N/2)+1 against a curious one.</summary>
    public int Value => Adversary == Adversary.Malicious ? 2 * Sites / 3 + 1 : Sites / 2 + 1;

    /// <summary>Sites that must reach every phase, and shares that rebuild a secret: as many as stay are always enough, and fewer tell nothing.</summary>
    public int Quorum => Math.Max(Math.Max(Policy, Value), FewestSites);

    public int MayDrop => Sites - Quorum;

    /// <summary>Of a study: its sites, what it fears of the server, and its own quorum (0 in the manifest asks for all sites).</summary>
    public static Threshold Of(Manifest manifest)
    {
        var (sites, policy) = (manifest.Sites.Count, manifest.Terms.Quorum.Sites);
        return new(sites, manifest.Run.Privacy.SecureAggregation == SecureAggregationKind.Curious ? Adversary.Curious : Adversary.Malicious, policy == 0 ? sites : policy);
    }

    /// <summary>Of a session of some of this study's sites: whoever is left out, it never asks for fewer than the whole study does.</summary>
    public Threshold Among(int sites) => this with { Sites = sites, Policy = Quorum };

    /// <summary>"3 sites, malicious-server threshold: none may drop out."</summary>
    public string Sentence =>
        $"{Sites} sites, {(Adversary == Adversary.Malicious ? "malicious" : "curious")}-server threshold: {(MayDrop == 0 ? "none" : MayDrop)} may drop out.";

    /// <exception cref="RosflException">Too few or too many sites, or a policy that they cannot meet.</exception>
    public Threshold Check()
    {
        Refusal.Unless(Sites is >= FewestSites and <= FixedPoint.MostSites,
            $"Secure aggregation has {Sites} sites; it needs {FewestSites} to {FixedPoint.MostSites}, whose sums fit {FixedPoint.SumBits} bits: admit more sites or switch it off in the manifest.");
        Refusal.Unless(Policy <= Sites, $"The study's least number of sites is {Policy}, but there are {Sites}: lower it or admit more sites.");
        return this;
    }
}
