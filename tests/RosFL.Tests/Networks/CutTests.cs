using RosFL.Networks;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Tests.Networks;

/// <summary>What lies on which side of a cut, and what crosses it.</summary>
public sealed class CutTests
{
    [Fact]
    public void Of_redCnnAsPublished_splitsItsParametersAsThePaper()
    {
        using var scope = NewDisposeScope();
        var cut = Cut.Of(MadeNetwork.Create(new NetworkOptions { Channels = 96 }), new CutOptions());
        Assert.Equal(2_496, MadeNetwork.Numbers(cut.Site.HeadModules));
        Assert.Equal(1_843_968, MadeNetwork.Numbers(cut.Body.Modules));
        Assert.Equal(2_401, MadeNetwork.Numbers(cut.Site.TailModules));
    }

    [Theory]
    [InlineData("red-cnn", 4)]
    [InlineData("attention-unet", 3)]
    public void Of_everyDepth_putsEachModuleInOnePart(string name, int levels)
    {
        using var scope = NewDisposeScope();
        foreach (var depth in Enumerable.Range(1, levels))
        {
            var options = new CutOptions { Depth = depth, NarrowChannels = 2 };
            var network = MadeNetwork.Create(new NetworkOptions { Name = name, Channels = 2, Levels = 3 }, options);
            var cut = Cut.Of(network, options);
            var names = cut.Site.HeadModules.Concat(cut.Body.Modules).Concat(cut.Site.TailModules).Select(m => m.Name).ToList();
            Assert.Equal(network.Network.Modules.Select(m => m.Name).Order(), names.Order());
            Assert.Equal(names.Count, names.Distinct().Count());
        }
    }

    [Theory]
    [InlineData(1, 16, 0, 1, 16, 32, 32)]
    [InlineData(2, 16, 0, 1, 32, 16, 16)]
    [InlineData(1, 16, 4, 1, 4, 32, 32)]
    [InlineData(2, 16, 8, 1, 8, 16, 16)]
    [InlineData(1, 16, 4, 2, 4, 16, 16)]
    public void Head_ofUNet_sendsTheChannelsAndSizeOfTheCut(int depth, int channels, int narrow, int stride, long c, long h, long w)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var options = new CutOptions { Depth = depth, NarrowChannels = narrow, NarrowStride = stride };
        var cut = Cut.Of(MadeNetwork.Create(new NetworkOptions { Name = "unet", Channels = channels }, options), options);
        var smashed = cut.Site.Head(zeros(1, 1, 64, 64), out _);
        var features = cut.Body.Forward(smashed);
        Assert.Equal([1, c, h, w], smashed.shape);
        Assert.Equal([1, cut.FeatureChannels, h, w], features.shape);
    }

    /// <summary>Two levels at the site, 8 channels: half the input's numbers cross, in each direction.</summary>
    [Fact]
    public void Head_ofUNetNarrowedToEightChannels_sendsHalfTheInput()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var options = new CutOptions { Depth = 2, NarrowChannels = 8 };
        var cut = Cut.Of(MadeNetwork.Create(new NetworkOptions { Name = "unet", Channels = 4 }, options), options);
        var images = zeros(2, 1, 64, 80);
        var smashed = cut.Site.Head(images, out _);
        Assert.Equal(images.numel() / 2, smashed.numel());
        Assert.Equal(images.numel() / 2, cut.Body.Forward(smashed).numel());
    }

    [Theory]
    [InlineData("red-cnn", 25, 31)]
    [InlineData("unet", 25, 31)]
    [InlineData("attention-unet", 27, 18)]
    public void Tail_ofNarrowCutWithStride_returnsTheExactSize(string name, long height, long width)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var stride in new[] { 1, 2, 3 })
        {
            var options = new CutOptions { Depth = 1, NarrowChannels = 3, NarrowStride = stride };
            var cut = Cut.Of(MadeNetwork.Create(new NetworkOptions { Name = name, Channels = 2, Levels = 2 }, options), options);
            var smashed = cut.Site.Head(zeros(1, 1, height, width), out var skips);
            var features = cut.Body.Forward(smashed);
            Assert.Equal(smashed.shape.AsSpan(2), features.shape.AsSpan(2));
            Assert.Equal([1, 1, height, width], cut.Site.Tail(features, skips).shape);
        }
    }
}
