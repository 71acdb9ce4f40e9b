using RosFL.Networks.Layers;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Networks;

/// <summary>What one cut costs for one image, counted while an image of zeros goes through.</summary>
/// <param name="Smashed">Shape (1, C, ...) of what crosses towards the body.</param>
/// <param name="Features">Shape of what comes back.</param>
/// <param name="SiteMacs">Multiply-accumulate operations of head and tail, forward; a training step costs about three times as many.</param>
/// <param name="SiteActivations">Numbers that head and tail keep of the forward pass for the way back, estimated: the outputs of convolutions and normalisations. Joined skips and a pooling's positions come on top.</param>
/// <param name="BytesPerStep">Smashed values, features and both gradients as float32.</param>
public sealed record CutCost(
    long[] Smashed, long[] Features, long SiteParameters, long BodyParameters, long SiteMacs, long BodyMacs, long SiteActivations, long BodyActivations, long BytesPerStep)
{
    /// <param name="side">Pixels along each axis.</param>
    /// <exception cref="RosflException">The cut does not fit the network, or the image is too small for it.</exception>
    public static CutCost Of(NetworkOptions network, CutOptions options, int side) =>
        Of(network, options, [.. Enumerable.Repeat((long)side, network.Dimensions)]);

    /// <param name="size">Pixels along each axis.</param>
    /// <exception cref="RosflException">The cut does not fit the network, or the image is too small for it.</exception>
    public static CutCost Of(NetworkOptions network, CutOptions options, IReadOnlyList<long> size)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var definition = NetworkCatalog.Create(network, options, new MachineOptions());
        if (size.Min() < definition.SmallestSide)
            throw new RosflException(ExitCode.Usage, $"Images of {size.Min()} pixels are too small for {network.Name}: it needs {definition.SmallestSide} along each axis.");
        var cut = Cut.Of(definition, options);
        NamedModule[] site = [.. cut.Site.HeadModules, .. cut.Site.TailModules], body = [.. cut.Body.Modules];
        LayerWork atSite = default, inBody = default;
        Count(site, work => atSite += work);
        Count(body, work => inBody += work);
        var smashed = cut.Site.Head(zeros([1, network.InputChannels, .. size]), out var skips);
        var features = cut.Body.Forward(smashed);
        cut.Site.Tail(features, skips);
        return new(smashed.shape, features.shape, Parameters(site), Parameters(body), atSite.Macs, inBody.Macs, atSite.Outputs, inBody.Outputs,
            2 * sizeof(float) * (smashed.numel() + features.numel()));
    }

    private static long Parameters(IEnumerable<NamedModule> modules) => modules.Sum(m => m.Module.parameters().Sum(p => p.numel()));

    private static void Count(IEnumerable<NamedModule> modules, Action<LayerWork> add)
    {
        foreach (var layer in modules.SelectMany(m => m.Module.modules().Prepend(m.Module)).Distinct().OfType<ICountedLayer>())
            layer.Counted = add;
    }
}
