using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Federation;

/// <summary>What crosses the cut for one image of one size: shapes (C, ...) without the batch, and the types in which they are computed.</summary>
/// <param name="Layout">The study's, in which images and weights lie.</param>
public sealed record CutShape(IReadOnlyList<long> Smashed, ScalarType SmashedType, IReadOnlyList<long> Features, ScalarType FeaturesType, MemoryLayout Layout)
{
    /// <summary>The spatial size of all four tensors.</summary>
    public IEnumerable<long> Size => Smashed.Skip(1);
}
