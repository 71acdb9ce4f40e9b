namespace RosFL.Runs;

/// <summary>
/// The names that the catalogues know, each with the members of its options (camelCase, without <c>name</c>) that it uses; handed to the
/// check so that the options stay plain data.
/// </summary>
public sealed record RunNames
{
    /// <summary>Algorithm name to the members of <see cref="AlgorithmOptions"/> that have an effect under it.</summary>
    public required IReadOnlyDictionary<string, IReadOnlySet<string>> Algorithms { get; init; }

    /// <summary>The algorithms whose body is at the computation server, so that something crosses the cut; null does not check.</summary>
    public IReadOnlySet<string>? Split { get; init; }

    /// <summary>Network name to the members of <see cref="NetworkOptions"/> that have an effect under it.</summary>
    public required IReadOnlyDictionary<string, IReadOnlySet<string>> Networks { get; init; }
}
