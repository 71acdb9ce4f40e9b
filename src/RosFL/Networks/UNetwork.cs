using RosFL.Networks.Onnx;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Networks;

/// <summary>
/// Levels around a bottom. A U-shaped network without its outer levels is again a U-shaped network, which is why one integer cuts it:
/// see <see cref="Cut"/>.
/// </summary>
/// <param name="onnxBottom">The bottom as nodes; null for a network that is not written as ONNX.</param>
public sealed class UNetwork(
    IReadOnlyList<Level> levels, IReadOnlyList<NamedModule> bottomModules, Func<Tensor, Tensor> bottom, Func<OnnxGraph, string, string>? onnxBottom = null)
{
    public IReadOnlyList<Level> Levels => levels;

    public IReadOnlyList<NamedModule> BottomModules => bottomModules;

    /// <summary>All modules, outermost left side first, bottom in the middle.</summary>
    public IEnumerable<NamedModule> Modules =>
        [.. levels.SelectMany(l => l.Left), .. bottomModules, .. levels.Reverse().SelectMany(l => l.Right)];

    /// <summary>The network without its <paramref name="depth"/> outermost levels; shares its modules.</summary>
    public UNetwork Inside(int depth) => new([.. levels.Skip(depth)], bottomModules, bottom, onnxBottom);

    /// <summary>The same bottom inside other levels.</summary>
    public UNetwork Inside(IReadOnlyList<Level> others) => new(others, bottomModules, bottom, onnxBottom);

    /// <summary>Images (B, C, ...) to outputs of the same spatial size.</summary>
    public Tensor Forward(Tensor x)
    {
        var skips = new Tensor?[levels.Count];
        for (var i = 0; i < levels.Count; i++) (x, skips[i]) = levels[i].Descend(x);
        x = bottom(x);
        for (var i = levels.Count - 1; i >= 0; i--) x = levels[i].Ascend(x, skips[i]);
        return x;
    }

    /// <summary><see cref="Forward(Tensor)"/> in evaluation mode, written down as nodes.</summary>
    /// <exception cref="RosflException">A level or the bottom does not say how.</exception>
    public string Forward(OnnxGraph onnx, string x)
    {
        var skips = new string?[levels.Count];
        for (var i = 0; i < levels.Count; i++) (x, skips[i]) = levels[i].Descend(onnx, x);
        x = onnxBottom?.Invoke(onnx, x) ?? throw new RosflException(ExitCode.InvalidRun, "The network's bottom has no ONNX form: give UNetwork its onnxBottom, or leave it out with --no-onnx.");
        for (var i = levels.Count - 1; i >= 0; i--) x = levels[i].Ascend(onnx, x, skips[i]);
        return x;
    }
}
