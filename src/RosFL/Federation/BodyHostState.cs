using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>What the computation server keeps between rounds.</summary>
/// <param name="Body">The global body.</param>
/// <param name="Memory">Of the body's correction.</param>
/// <param name="Optimizers">By site, or "shared".</param>
public sealed record BodyHostState(Weights Body, IReadOnlyList<NamedArray> Memory, IReadOnlyDictionary<string, IReadOnlyList<NamedArray>> Optimizers)
{
    public static BodyHostState Begin(Study study) =>
        new(study.InitialOf(PartName.Body), [], new Dictionary<string, IReadOnlyList<NamedArray>>());

    /// <summary>As one list, to be stored.</summary>
    public IReadOnlyList<NamedArray> ToArrays() =>
    [
        .. ArrayNames.Under("global.", Body.Arrays),
        .. ArrayNames.Under("memory.", Memory),
        .. Optimizers.SelectMany(o => ArrayNames.Under($"optimizer/{o.Key}/", o.Value)),
    ];

    /// <summary>Reads back what <see cref="ToArrays"/> gave.</summary>
    public static BodyHostState From(IReadOnlyList<NamedArray> arrays, Study study) => new(
        new Weights(ArrayNames.Inside("global.", arrays), study.BlankOf(PartName.Body).Trained),
        ArrayNames.Inside("memory.", arrays),
        arrays.Where(a => a.Name.StartsWith("optimizer/", StringComparison.Ordinal)).Select(a => a.Name.Split('/')[1]).Distinct()
            .ToDictionary(owner => owner, owner => ArrayNames.Inside($"optimizer/{owner}/", arrays)));
}
