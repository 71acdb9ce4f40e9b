using RosFL.Networks;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Tests.Networks;

/// <summary>Every network returns its input's size, whatever it is, and refuses a cut that it does not have.</summary>
public sealed class NetworkCatalogTests
{
    public static TheoryData<string, int> All => new(NetworkCatalog.Names.SelectMany(name => name == "red-cnn" ? [(name, 2)] : new[] { (name, 2), (name, 3) }));

    [Theory]
    [MemberData(nameof(All))]
    public void Forward_ofOddSizes_returnsTheInputsSize(string name, int dimensions)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var options = new NetworkOptions { Name = name, Channels = 4, Levels = 2, Dimensions = dimensions, InputChannels = name == "residual-unet" ? 1 : 2 };
        if (name == "red-cnn") options = options with { InputChannels = 1 };
        long[][] sizes = dimensions == 2 ? [[25, 31], [21, 22], [24, 24]] : [[5, 7, 6], [4, 4, 4], [9, 5, 11]];
        foreach (var (depth, narrow) in new[] { (1, 0), (2, 0), (1, 3), (2, 3) })
        {
            var network = MadeNetwork.Create(options, new CutOptions { Depth = depth, NarrowChannels = narrow, NarrowStride = 2 });
            foreach (var size in sizes)
                Assert.Equal([2, 1, .. size], network.Network.Forward(zeros([2, options.InputChannels, .. size])).shape);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Forward_ofTheSmallestSide_works(string name, int dimensions)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var network = MadeNetwork.Create(new NetworkOptions { Name = name, Channels = 2, Levels = 3, Dimensions = dimensions });
        var size = Enumerable.Repeat((long)network.SmallestSide, dimensions).ToArray();
        Assert.Equal([1, 1, .. size], network.Network.Forward(zeros([1, 1, .. size])).shape);
    }

    /// <summary>Further blocks stand at the site alone, between the labels and the cut.</summary>
    [Fact]
    public void TailBlocks_deepenTheTailAlone()
    {
        using var scope = NewDisposeScope();
        (long Head, long Body, long Tail) Numbers(int blocks)
        {
            var cut = Cut.Of(MadeNetwork.Create(new NetworkOptions { Name = "unet", Channels = 4, Levels = 2, TailBlocks = blocks, Normalisation = NormalisationKind.None }), new());
            return (MadeNetwork.Numbers(cut.Site.HeadModules), MadeNetwork.Numbers(cut.Body.Modules), MadeNetwork.Numbers(cut.Site.TailModules));
        }
        var (one, three) = (Numbers(1), Numbers(3));
        const long Convolution = 4 * 4 * 9 + 4;
        Assert.Equal((one.Head, one.Body, one.Tail + 2 * 2 * Convolution), three);
    }

    [Theory]
    [InlineData("unet", 4, "Cut depth 4 is outside 1..3: unet has 3 levels; set cut.depth.")]
    [InlineData("red-cnn", 0, "Cut depth 0 is outside 1..4: red-cnn has 4 levels; set cut.depth.")]
    public void Create_withADepthThatIsNotThere_saysWhatIs(string name, int depth, string sentence)
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<RosflException>(() =>
            MadeNetwork.Create(new NetworkOptions { Name = name, Levels = 3 }, new CutOptions { Depth = depth }));
        Assert.Equal((ExitCode.InvalidRun, sentence), (error.Code, error.Message));
    }

    [Fact]
    public void Create_ofAnUnknownName_namesTheKnownOnes()
    {
        var error = Assert.Throws<RosflException>(() => MadeNetwork.Create(new NetworkOptions { Name = "vnet" }));
        Assert.StartsWith("Network 'vnet' is unknown: choose one of red-cnn, unet, residual-unet, attention-unet", error.Message, StringComparison.Ordinal);
    }
}
