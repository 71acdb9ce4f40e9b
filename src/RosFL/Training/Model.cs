using System.Security.Cryptography;
using RosFL.Runs;

namespace RosFL.Training;

/// <summary>The parts of a model that one party may hold: all three, head and tail, or the body.</summary>
public sealed record Model(IReadOnlyDictionary<PartName, Weights> Parts)
{
    public static readonly Model Empty = new(new Dictionary<PartName, Weights>());

    public Weights this[PartName part] => Parts[part];

    public bool Has(PartName part) => Parts.ContainsKey(part);

    /// <summary>These parts and <paramref name="other"/>'s.</summary>
    public Model With(Model other) => new(new Dictionary<PartName, Weights>([.. Parts.Where(p => !other.Has(p.Key)), .. other.Parts]));

    /// <summary>Lower-case hexadecimal SHA-256 over the parts' hashes in the order head, body, tail.</summary>
    public string Hash()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in PartNames.All)
            if (Parts.TryGetValue(part, out var weights)) sha.AppendData(weights.Hash());
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    /// <summary>All arrays with the part in front of their names: head.conv1.weight.</summary>
    public IEnumerable<NamedArray> Named(string prefix = "") =>
        from part in PartNames.All
        where Has(part)
        from array in this[part].Arrays
        select array with { Name = $"{prefix}{part.Text()}.{array.Name}" };
}
