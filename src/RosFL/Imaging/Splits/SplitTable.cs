using System.Text.Json;

namespace RosFL.Imaging.Splits;

/// <summary>The cases of one site in its three splits.</summary>
public sealed record SiteSplit(IReadOnlyList<Case> Train, IReadOnlyList<Case> Validation, IReadOnlyList<Case> Test)
{
    public IReadOnlyList<Case> this[Split split] => split switch
    {
        Split.Train => Train,
        Split.Validation => Validation,
        _ => Test,
    };
}

/// <summary>Who is in which split at every site: <c>splits.json</c> of a run folder, by which a study can be repeated and checked for leaks.</summary>
/// <param name="Sites">By the site's name, in site order.</param>
public sealed record SplitTable(IReadOnlyDictionary<string, SiteSplit> Sites)
{
    private static readonly JsonSerializerOptions Layout = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The table of opened sites.</summary>
    public static SplitTable Of(IEnumerable<SiteImages> sites) => new(sites.ToDictionary(s => s.Site, s => s.Splits));

    public string ToJson() => JsonSerializer.Serialize(this, Layout);
}
