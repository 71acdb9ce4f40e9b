using RosFL.Networks.Onnx;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Networks;

/// <summary>A module under the name that its parameters carry in a state_dict.</summary>
public sealed record NamedModule(string Name, nn.Module Module);

/// <summary>
/// One level of a U-shaped network: the left side on the way down, the right side on the way up, and at most one skip tensor between
/// them. Everything that a level needs to know of its own input passes through the skip.
/// </summary>
public abstract class Level
{
    /// <summary>What <see cref="Descend(Tensor)"/> uses.</summary>
    public abstract IReadOnlyList<NamedModule> Left { get; }

    /// <summary>What <see cref="Ascend(Tensor, Tensor)"/> uses.</summary>
    public abstract IReadOnlyList<NamedModule> Right { get; }

    /// <summary>The way down: what goes to the level below, and what waits for the way up (null where the level has no skip).</summary>
    public abstract (Tensor Down, Tensor? Skip) Descend(Tensor x);

    /// <summary>The way up: <paramref name="x"/> comes from the level below.</summary>
    public abstract Tensor Ascend(Tensor x, Tensor? skip);

    /// <summary><see cref="Descend(Tensor)"/> in evaluation mode, written down as nodes.</summary>
    /// <exception cref="RosflException">The level does not say how.</exception>
    public virtual (string Down, string? Skip) Descend(OnnxGraph onnx, string x) => throw NotWritten();

    /// <summary><see cref="Ascend(Tensor, Tensor)"/> in evaluation mode, written down as nodes.</summary>
    /// <exception cref="RosflException">The level does not say how.</exception>
    public virtual string Ascend(OnnxGraph onnx, string x, string? skip) => throw NotWritten();

    private RosflException NotWritten() =>
        new(ExitCode.InvalidRun, $"Level '{GetType().Name}' has no ONNX form: override its Descend and Ascend for OnnxGraph, or leave it out with --no-onnx.");
}
