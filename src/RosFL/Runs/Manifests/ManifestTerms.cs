using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace RosFL.Runs;

/// <summary>What the parties of a study agree on before it begins.</summary>
public sealed record ManifestTerms
{
    /// <summary>The version of this form that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>The study's id: a name, and what keeps studies on one server apart.</summary>
    public required string Study { get; init; }

    /// <summary>Counted from 1; a party that approved one takes only a later one that names its hash in <see cref="Previous"/>.</summary>
    public int Revision { get; init; } = 1;

    /// <summary>Hash of the revision before; empty in the first.</summary>
    public string Previous { get; init; } = "";

    /// <summary>The options that all parties share, spelled as in a run file (see <see cref="SharedOptions"/>).</summary>
    public required JsonObject Run { get; init; }

    public required RosterEntry[] Roster { get; init; }

    public QuorumTerms Quorum { get; init; } = new();

    /// <summary>Whether the holders of the parts may assemble the whole model after training.</summary>
    public bool MayAssemble { get; init; }

    /// <summary>Secret of the bodies' chance in hex, 32 bytes. Not secret: both servers hold it; what heads and tails begin with must not follow from it.</summary>
    public required string BodySeed { get; init; }

    /// <summary>SHA-256 of the weights that the study starts from; empty to draw them. Where the file lies is each party's own business.</summary>
    public string InitialWeights { get; init; } = "";
}

/// <summary>One party of the study.</summary>
/// <param name="Party">Role and name, as site/north.</param>
/// <param name="Key">SHA-256 of its public key in hex: a certificate with another key is refused, whoever issued it.</param>
/// <param name="Weight">A site's integer weight in the mean: training items of one local epoch; 0 leaves it to what the site says when the study begins, and for every other party.</param>
/// <param name="Storage">A site's long-term ECDH P-256 point in hex (x, y), to which what the aggregation server keeps under secure aggregation is encrypted; empty for every other party.</param>
public sealed record RosterEntry(string Party, string Key, int Weight = 0, string Storage = "")
{
    [JsonIgnore]
    public bool IsSite => Party.StartsWith(Runs.Party.NameOf(PartyRole.Site) + "/", StringComparison.Ordinal);
}

/// <summary>When a round may be decided without all sites.</summary>
public sealed record QuorumTerms
{
    /// <summary>Fewest sites that must have finished; 0 asks for all of them.</summary>
    public int Sites { get; init; }

    /// <summary>Smallest share of all sites' weights that must have finished, 0 to 1. Counts when <see cref="Sites"/> is set.</summary>
    public double Weight { get; init; }

    /// <summary>A site without an acknowledged step for so many seconds has dropped out.</summary>
    public int IdleSeconds { get; init; } = 300;
}
