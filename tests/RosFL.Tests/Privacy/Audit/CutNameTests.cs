using RosFL.Networks;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Tests.Build;

namespace RosFL.Tests.Privacy.Audit;

public class CutNameTests
{
    [Theory]
    [InlineData("1", 1, 0, 1)]
    [InlineData("3:8x2", 3, 8, 2)]
    public void Parse_andOf_areInverse(string name, int depth, int channels, int stride)
    {
        var cut = CutName.Parse(name);
        Assert.Equal((depth, channels, stride), (cut.Depth, cut.NarrowChannels, cut.NarrowStride));
        Assert.Equal(name, CutName.Of(cut));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1:x2")]
    [InlineData("../1")]
    public void Parse_malformed_isRefused(string name) => Assert.Equal(ExitCode.InvalidRun, Assert.Throws<RosflException>(() => CutName.Parse(name)).Code);

    /// <summary>Else the audit of a shipped study would not let a site into it.</summary>
    [Theory]
    [InlineData("vessels", "1:1x2")]
    [InlineData("hippocampus", "1:1x4")]
    [InlineData("lowdose-ct", "4:1x8")]
    public void Candidates_ofAShippedRunFile_beginWithItsOwnCut(string name, string cut) =>
        Assert.Equal(cut, Names(RunFile.Load(Repository.File("runs", $"{name}.json"), ["data.path=\".\""]).Options)[0]);

    [Fact]
    public void Candidates_byDefault_areEveryDepthWithEveryNarrowingOnce()
    {
        var run = new RunOptions { Network = new() { Name = "unet", Levels = 2 }, Cut = new() { Depth = 1, NarrowChannels = 1, NarrowStride = 2 } };
        Assert.Equal(["1:1x2", "1", "1:4x2", "1:2x2", "1:4x4", "1:2x4", "1:1x4", "2", "2:4x2", "2:2x2", "2:1x2", "2:4x4", "2:2x4", "2:1x4"], Names(run));
        Assert.Equal("1:3x8", Names(run with { Cut = new() { NarrowChannels = 3, NarrowStride = 8 } })[0]);
        Assert.Equal(["2"], Names(run with { Audit = new() { Cuts = ["2"] } }));
    }

    /// <summary>Its levels halve nothing, so stride 4 leaves blocks of 4x4 pixels; those of the shipped study's table are at stride 8.</summary>
    [Fact]
    public void Candidates_ofRedCnn_haveStride8Too()
    {
        string[] narrowings = ["", ":4x2", ":2x2", ":1x2", ":4x4", ":2x4", ":1x4", ":4x8", ":2x8", ":1x8"];
        Assert.Equal(Enumerable.Range(1, 4).SelectMany(depth => narrowings.Select(n => $"{depth}{n}")), Names(new() { Network = new() { Name = "red-cnn" }, Cut = new() { Depth = 1 } }));
    }

    /// <summary>None is listed that the network could not be cut at, for patches of the shipped study's size.</summary>
    [Fact]
    public void Candidates_ofRedCnn_allFitItsPatches()
    {
        NetworkOptions network = new() { Name = "red-cnn", Channels = 2 };
        Assert.All(CutName.Candidates(new() { Network = network }), cut => Assert.True(CutCost.Of(network, cut, side: 40).BytesPerStep > 0));
    }

    private static string[] Names(RunOptions run) => [.. CutName.Candidates(run).Select(CutName.Of)];
}
