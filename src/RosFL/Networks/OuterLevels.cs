using static TorchSharp.torch;

namespace RosFL.Networks;

/// <summary>The levels that stay at a site: their left sides are the head, their right sides the tail.</summary>
public sealed class OuterLevels(IReadOnlyList<Level> levels)
{
    public IEnumerable<NamedModule> HeadModules => levels.SelectMany(l => l.Left);

    public IEnumerable<NamedModule> TailModules => levels.Reverse().SelectMany(l => l.Right);

    /// <summary>Images to the smashed tensor, and the skips that stay at the site.</summary>
    public Tensor Head(Tensor images, out Tensor?[] skips)
    {
        skips = new Tensor?[levels.Count];
        var x = images;
        for (var i = 0; i < levels.Count; i++) (x, skips[i]) = levels[i].Descend(x);
        return x;
    }

    /// <summary>Features and the head's skips to outputs.</summary>
    public Tensor Tail(Tensor features, IReadOnlyList<Tensor?> skips)
    {
        var x = features;
        for (var i = levels.Count - 1; i >= 0; i--) x = levels[i].Ascend(x, skips[i]);
        return x;
    }
}
