using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>What a site keeps between rounds.</summary>
/// <param name="Optimizers">Moments of every part, with the part in front of the name.</param>
/// <param name="Own">Weights that are the site's own and lie over the global model; null where there are none.</param>
/// <param name="Penalty">What the head's penalty remembers; it leaves the site under no algorithm.</param>
/// <param name="BodyTask">What the body's own task remembers; it leaves the site under no algorithm.</param>
public sealed record SiteState(IReadOnlyList<NamedArray> Optimizers, Model? Own, IReadOnlyList<NamedArray> Penalty, IReadOnlyList<NamedArray> BodyTask)
{
    public static readonly SiteState Empty = new([], null, [], []);

    /// <summary>The moments of one part.</summary>
    public IReadOnlyList<NamedArray> Of(PartName part) => Inside(Optimizers, part);

    /// <summary>The global model with the site's own weights over it.</summary>
    public Model Over(Model global) => Own is null ? global : new(global.Parts.ToDictionary(p => p.Key, p => Overlaid(p.Value, Own, p.Key)));

    /// <summary>Puts the part in front of names.</summary>
    public static IEnumerable<NamedArray> Named(PartName part, IEnumerable<NamedArray> arrays) => ArrayNames.Under(part.Text() + ".", arrays);

    /// <summary>The arrays of one part, without the part in front.</summary>
    public static IReadOnlyList<NamedArray> Inside(IEnumerable<NamedArray> arrays, PartName part) => ArrayNames.Inside(part.Text() + ".", arrays);

    /// <summary>As one list, to be stored.</summary>
    public IReadOnlyList<NamedArray> ToArrays() =>
    [
        .. ArrayNames.Under("optimizer.", Optimizers), .. Own?.Named("own.") ?? [], .. ArrayNames.Under("penalty.", Penalty), .. ArrayNames.Under("body-task.", BodyTask),
    ];

    /// <summary>Reads back what <see cref="ToArrays"/> gave.</summary>
    public static SiteState From(IReadOnlyList<NamedArray> arrays, Study study) =>
        new(ArrayNames.Inside("optimizer.", arrays), ReadModel(ArrayNames.Inside("own.", arrays), study), ArrayNames.Inside("penalty.", arrays), ArrayNames.Inside("body-task.", arrays));

    /// <summary>The parts of a site; null where there are no arrays.</summary>
    public static Model? ReadModel(IReadOnlyList<NamedArray> arrays, Study study) => arrays.Count == 0 ? null : new(study.SiteParts.ToDictionary(p => p, p =>
    {
        var part = Inside(arrays, p);
        return new Weights(part, Math.Min(part.Count, study.BlankOf(p).Trained));
    }));

    private static Weights Overlaid(Weights global, Model own, PartName part) => !own.Has(part) ? global : global with
    {
        Arrays = [.. global.Arrays.Select(a => own[part].Find(a.Name) ?? a)],
    };
}
