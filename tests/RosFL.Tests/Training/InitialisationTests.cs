using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Training;

/// <summary>A module's first weights follow from the secret of whoever holds it and from its name alone.</summary>
public sealed class InitialisationTests
{
    private static readonly RunOptions Run = new()
    {
        Network = new() { Name = "attention-unet", Channels = 4, Levels = 3 },
        Machine = new() { Device = DeviceKind.Cpu, Layout = MemoryLayout.Contiguous },
    };

    [Fact]
    public void Initial_underOtherCuts_isTheSameForModulesThatKeepTheirHolder()
    {
        var (shallow, deep) = (Drawn(Run), Drawn(Run with { Cut = new() { Depth = 3 } }));
        var kept = shallow.Keys.Where(name => IsBody(shallow, name) == IsBody(deep, name)).ToList();
        Assert.Contains(kept, name => IsBody(shallow, name));
        Assert.Contains(kept, name => !IsBody(shallow, name));
        Assert.All(kept, name => Assert.Equal(shallow[name].Values, deep[name].Values));
        Assert.All(shallow.Keys.Except(kept).Where(name => name.EndsWith("conv1.weight", StringComparison.Ordinal)),
            name => Assert.NotEqual(shallow[name].Values, deep[name].Values));

        static bool IsBody(Dictionary<string, (PartName Part, float[] Values)> drawn, string name) => drawn[name].Part == PartName.Body;
    }

    /// <summary>Each party's part of what a simulation draws, from no more than that party may hold.</summary>
    [Fact]
    public void InitialOf_atEachParty_isTheSimulations()
    {
        var (all, whole) = (StudySeeds.OfRun(Run.Seed), new Study(Run));
        var server = new Study(Run, StudySeeds.OfComputationServer(new Seeds(all.Bodies.Secret)));
        Assert.Equal(whole.InitialOf(PartName.Body).Hash(), server.InitialOf(PartName.Body).Hash());
        Assert.Throws<InvalidOperationException>(() => server.InitialOf(PartName.Head));
        Assert.Throws<InvalidOperationException>(() => server.InitialOf(PartName.Tail));
        var site = new Study(Run, StudySeeds.OfSite(all.Bodies, new Seeds(all.Sites.Secret), "north", all.Site("north")));
        Assert.Equal(whole.InitialOf([PartName.Head, PartName.Tail]).Hash(), site.InitialOf([PartName.Head, PartName.Tail]).Hash());
    }

    [Fact]
    public void BlankOf_aPart_hasItsShapesWithoutAnySecret()
    {
        var blank = new Study(Run, StudySeeds.OfNobody).BlankOf(PartName.Tail);
        var drawn = new Study(Run).InitialOf(PartName.Tail);
        Assert.Equal(drawn.Trained, blank.Trained);
        Assert.Equal(drawn.Arrays.Select(a => (a.Name, string.Join(',', a.Shape))), blank.Arrays.Select(a => (a.Name, string.Join(',', a.Shape))));
        Assert.All(blank.Arrays, a => Assert.All(a.Values, v => Assert.Equal(0, v)));
    }

    [Fact]
    public void Initial_underNarrowing_keepsTheModulesThatWereThere()
    {
        var narrowed = Drawn(Run with { Cut = new() { Depth = 2, NarrowChannels = 2, NarrowStride = 2 } });
        AssertSame(Drawn(Run with { Cut = new() { Depth = 2 } }), narrowed.Where(a => !a.Key.StartsWith("narrow.", StringComparison.Ordinal)).ToDictionary());
    }

    [Fact]
    public void Initial_inChannelsLast_isTheSameNumbers() =>
        AssertSame(Drawn(Run), Drawn(Run with { Machine = Run.Machine with { Layout = MemoryLayout.ChannelsLast } }));

    [Fact]
    public void Initial_underAnotherAlgorithm_isTheSame() =>
        AssertSame(Drawn(Run), Drawn(Run with { Algorithm = new() { Name = "centralized" } }));

    [Fact]
    public void Initial_ofAnotherSeed_differs() =>
        Assert.NotEqual(Drawn(Run)["bottom.conv1.weight"].Values, Drawn(Run with { Seed = 2 })["bottom.conv1.weight"].Values);

    /// <summary>Uniform in +-1/sqrt(fan in), kernels and their biases; scales 1, shifts 0.</summary>
    [Fact]
    public void Initial_ofAConvolution_isTorchsDefault()
    {
        var drawn = Drawn(Run);
        var (kernel, bias, bound) = (drawn["bottom.conv1.weight"].Values, drawn["bottom.conv1.bias"].Values, 1 / Math.Sqrt(16 * 9));
        Assert.InRange(kernel.Max(Math.Abs), 0.99 * bound, bound);
        Assert.InRange(bias.Max(Math.Abs), 0.5 * bound, bound);
        Assert.InRange(kernel.Average(), -0.05 * bound, 0.05 * bound);
        Assert.All(drawn["bottom.norm1.weight"].Values, scale => Assert.Equal(1, scale));
        Assert.All(drawn["bottom.norm1.bias"].Values, shift => Assert.Equal(0, shift));
    }

    private static Dictionary<string, (PartName Part, float[] Values)> Drawn(RunOptions run) => new Study(run).InitialOf(PartNames.All).Parts
        .SelectMany(p => p.Value.Arrays.Select(a => (a.Name, Drawn: (p.Key, a.Values)))).ToDictionary(a => a.Name, a => a.Drawn);

    private static void AssertSame(Dictionary<string, (PartName Part, float[] Values)> expected, Dictionary<string, (PartName Part, float[] Values)> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, drawn) in expected) Assert.Equal(drawn.Values, actual[name].Values);
    }
}
