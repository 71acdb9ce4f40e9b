using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace RosFL.Runs;

/// <summary>One attempt at one round of one study. Attempts of a round are numbered from 1 and no number is given twice.</summary>
/// <param name="Round">Counted from 0.</param>
public sealed record RoundKey(string Study, int Round, int Attempt)
{
    public override string ToString() => $"round {Round + 1} of study '{Study}', attempt {Attempt}";
}

/// <summary>A site that counts in a round.</summary>
/// <param name="Weight">Its integer weight in the mean.</param>
/// <param name="Attempt">The site's attempt whose parts count; higher than the round's where the site had to begin anew.</param>
/// <param name="Steps">Steps that the site took and that its body must have taken with it.</param>
public sealed record Survivor(string Site, long Weight, int Attempt, int Steps);

/// <summary>The decision that a round counts: the sites whose parts are merged, in site order.</summary>
public sealed record MergeDecision(RoundKey Key, IReadOnlyList<Survivor> Survivors)
{
    [JsonIgnore]
    public IReadOnlyList<long> Weights => [.. Survivors.Select(s => s.Weight)];

    /// <summary>Whether a site's attempt is the one that counts.</summary>
    public bool Counts(string site, int attempt) => Survivors.Any(s => s.Site == site && s.Attempt == attempt);
}

/// <summary>What a round has committed: the same at every party, each record naming the one before it.</summary>
/// <param name="PartsHash">Of the global parts that the sites hold.</param>
/// <param name="BodyHash">Of the computation server's body; empty where it holds none.</param>
/// <param name="PreviousHash">Of the record before; empty in the first round.</param>
public sealed record CommitRecord(MergeDecision Decision, string PartsHash, string BodyHash, string PreviousHash)
{
    [JsonIgnore]
    public RoundKey Key => Decision.Key;

    /// <summary>Lower-case hexadecimal SHA-256 over everything in the record.</summary>
    [JsonIgnore]
    public string Hash => Sha256(
    [
        Key.Study, $"{Key.Round}", $"{Key.Attempt}", .. Decision.Survivors.Select(s => $"{s.Site} {s.Weight} {s.Attempt} {s.Steps}"), PartsHash, BodyHash, PreviousHash,
    ]);

    /// <summary>Of the whole model: equal for equal weights, however many attempts they took.</summary>
    [JsonIgnore]
    public string ModelHash => Sha256([PartsHash, BodyHash]);

    private static string Sha256(IEnumerable<string> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
}
