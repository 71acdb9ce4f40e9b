using RosFL.Runs;

namespace RosFL.Networks;

/// <summary>A network in three: the levels at the site (head and tail) and what lies inside them (the body).</summary>
/// <param name="FeatureChannels">Channels that the body owes the tail; the spatial size is that of the smashed tensor.</param>
public sealed record Cut(OuterLevels Site, UNetwork Body, int FeatureChannels)
{
    /// <summary>Cuts a network that <see cref="NetworkCatalog.Create"/> made for the same options.</summary>
    public static Cut Of(NetworkDefinition definition, CutOptions cut)
    {
        // the site's half of a narrow cut is one level more
        var depth = cut.Depth + (cut.NarrowChannels > 0 ? 1 : 0);
        var features = cut.NarrowChannels > 0 ? cut.NarrowChannels : definition.UpChannels[cut.Depth - 1];
        return new(new OuterLevels([.. definition.Network.Levels.Take(depth)]), definition.Network.Inside(depth), features);
    }

    internal static void Check(NetworkDefinition whole, string name, CutOptions cut)
    {
        var levels = whole.Network.Levels.Count;
        if (cut.Depth < 1 || cut.Depth > levels)
            throw new RosflException(ExitCode.InvalidRun, $"Cut depth {cut.Depth} is outside 1..{levels}: {name} has {levels} levels; set cut.depth.");
        if (cut.NarrowChannels < 0 || cut.NarrowStride < 1)
            throw new RosflException(ExitCode.InvalidRun, $"Narrow cut {cut.NarrowChannels}x{cut.NarrowStride} is impossible: channels are 0 or more, stride 1 or more.");
    }
}
