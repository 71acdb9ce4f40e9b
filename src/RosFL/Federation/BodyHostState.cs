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
}
