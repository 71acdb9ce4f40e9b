using RosFL.Networks.Layers;
using RosFL.Runs;

namespace RosFL.Networks;

/// <summary>The networks that a run file can name. A study adds its own with <see cref="Add"/>.</summary>
public static class NetworkCatalog
{
    private static readonly string[] Common = ["channels", "inputChannels", "outputChannels"];
    private static readonly string[] UNetOptions = [.. Common, "levels", "tailBlocks", "dimensions", "normalisation", "activation"];

    // replaced whole by Add, so that a reader never sees it half changed
    private static volatile Dictionary<string, (Func<NetworkOptions, LayerOptions, NetworkDefinition> Define, string[] Options)> Networks = new(StringComparer.Ordinal)
    {
        ["red-cnn"] = (RedCnn.Define, Common),
        ["unet"] = (UNet.Define, UNetOptions),
        ["residual-unet"] = (UNet.DefineResidual, UNetOptions),
        ["attention-unet"] = (UNet.DefineAttention, UNetOptions),
    };

    public static IReadOnlyCollection<string> Names => Networks.Keys;

    /// <summary>Makes a network known under a name, with the options of <c>network</c> that it reads; call it before the run file is read.</summary>
    public static void Add(string name, Func<NetworkOptions, LayerOptions, NetworkDefinition> define, params string[] options) =>
        Networks = new(Networks, StringComparer.Ordinal) { [name] = (define, options.Length == 0 ? UNetOptions : options) };

    /// <summary>The members of <c>network</c> that have an effect under a name.</summary>
    public static IReadOnlySet<string> OptionsOf(string name) => new HashSet<string>(Networks[name].Options);

    /// <summary>The network of a run, narrow cut included, with undrawn weights.</summary>
    /// <exception cref="RosflException">The name is unknown or the cut does not fit the network.</exception>
    public static NetworkDefinition Create(NetworkOptions network, CutOptions cut, MachineOptions machine)
    {
        if (!Networks.TryGetValue(network.Name, out var known))
            throw new RosflException(ExitCode.InvalidRun, $"Network '{network.Name}' is unknown: choose one of {string.Join(", ", Names)}.");
        var layers = LayerOptions.Of(network, machine);
        var whole = known.Define(network, layers);
        Cut.Check(whole, network.Name, cut);
        return cut.NarrowChannels == 0 ? whole : Narrowed(whole, layers, cut);
    }

    /// <summary>The legal names' levels, for checks and tables.</summary>
    public static int LevelsOf(NetworkOptions network) => network.Name == "red-cnn" ? RedCnn.LevelCount : network.Levels;

    /// <summary>Whether what leaves each level has about the input's resolution.</summary>
    public static bool KeepsResolution(NetworkOptions network) => network.Name == "red-cnn";

    private static NetworkDefinition Narrowed(NetworkDefinition whole, LayerOptions layers, CutOptions cut)
    {
        var (down, up) = (whole.DownChannels[cut.Depth - 1], whole.UpChannels[cut.Depth - 1]);
        Level[] levels =
        [
            .. whole.Network.Levels.Take(cut.Depth),
            Narrow.AtSite(layers, down, up, cut.NarrowChannels, cut.NarrowStride),
            Narrow.AtBody(layers, down, up, cut.NarrowChannels, cut.NarrowStride),
            .. whole.Network.Levels.Skip(cut.Depth),
        ];
        return whole with { Network = whole.Network.Inside(levels) };
    }
}
