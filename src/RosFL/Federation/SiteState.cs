using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>What a site keeps between rounds.</summary>
/// <param name="Optimizers">Moments of every part, with the part in front of the name.</param>
/// <param name="Own">Weights that are the site's own and lie over the global model; null where there are none.</param>
public sealed record SiteState(IReadOnlyList<NamedArray> Optimizers, Model? Own)
{
    public static readonly SiteState Empty = new([], null);

    /// <summary>The moments of one part.</summary>
    public IReadOnlyList<NamedArray> Of(PartName part) => Inside(Optimizers, part);

    /// <summary>The global model with the site's own weights over it.</summary>
    public Model Over(Model global) => Own is null ? global : new(global.Parts.ToDictionary(p => p.Key, p => Overlaid(p.Value, Own, p.Key)));

    /// <summary>Puts the part in front of names.</summary>
    public static IEnumerable<NamedArray> Named(PartName part, IEnumerable<NamedArray> arrays) =>
        arrays.Select(a => a with { Name = $"{part.Text()}.{a.Name}" });

    /// <summary>The arrays of one part, without the part in front.</summary>
    public static IReadOnlyList<NamedArray> Inside(IEnumerable<NamedArray> arrays, PartName part)
    {
        var prefix = part.Text() + ".";
        return [.. arrays.Where(a => a.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(a => a with { Name = a.Name[prefix.Length..] })];
    }

    private static Weights Overlaid(Weights global, Model own, PartName part) => !own.Has(part) ? global : global with
    {
        Arrays = [.. global.Arrays.Select(a => own[part].Find(a.Name) ?? a)],
    };
}
