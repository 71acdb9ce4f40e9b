using static TorchSharp.torch;

namespace RosFL.Networks;

/// <summary>
/// Levels around a bottom. A U-shaped network without its outer levels is again a U-shaped network, which is why one integer cuts it:
/// see <see cref="Cut"/>.
/// </summary>
public sealed class UNetwork(IReadOnlyList<Level> levels, IReadOnlyList<NamedModule> bottomModules, Func<Tensor, Tensor> bottom)
{
    public IReadOnlyList<Level> Levels => levels;

    public IReadOnlyList<NamedModule> BottomModules => bottomModules;

    /// <summary>All modules, outermost left side first, bottom in the middle.</summary>
    public IEnumerable<NamedModule> Modules =>
        [.. levels.SelectMany(l => l.Left), .. bottomModules, .. levels.Reverse().SelectMany(l => l.Right)];

    /// <summary>The network without its <paramref name="depth"/> outermost levels; shares its modules.</summary>
    public UNetwork Inside(int depth) => new([.. levels.Skip(depth)], bottomModules, bottom);

    /// <summary>Images (B, C, ...) to outputs of the same spatial size.</summary>
    public Tensor Forward(Tensor x)
    {
        var skips = new Tensor?[levels.Count];
        for (var i = 0; i < levels.Count; i++) (x, skips[i]) = levels[i].Descend(x);
        x = bottom(x);
        for (var i = levels.Count - 1; i >= 0; i--) x = levels[i].Ascend(x, skips[i]);
        return x;
    }
}
