using RosFL.Federation;
using RosFL.Networks;
using RosFL.Samples.Extend;

namespace RosFL.Tests.Samples;

/// <summary>docs/extend.md: a project outside the library brings a network, an algorithm and a data set, and nothing of ours is edited.</summary>
public sealed class ExtendTests
{
    [Fact]
    public async Task StudyOfOurOwn_isFoundByName_andLearns()
    {
        OurStudy.Register();
        Assert.Contains("shallow", NetworkCatalog.Names);
        Assert.Contains("centred-splitfed", Algorithms.Names);

        var losses = await OurStudy.TrainAsync(TestContext.Current.CancellationToken);

        Assert.Equal(OurStudy.Run.Rounds, losses.Count);
        Assert.True(losses[^1] < losses[0] / 2, $"The loss went from {losses[0]:g3} to {losses[^1]:g3}.");
    }
}
