using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Tests.Training;

/// <summary>A module's first weights follow from the seed and its name alone.</summary>
public sealed class InitialisationTests
{
    private static readonly RunOptions Run = new()
    {
        Network = new() { Name = "attention-unet", Channels = 4, Levels = 3 },
        Machine = new() { Device = DeviceKind.Cpu, Layout = MemoryLayout.Contiguous },
    };

    [Fact]
    public void Initial_underOtherCuts_isTheSameModuleByModule()
    {
        var expected = Drawn(Run);
        foreach (var depth in new[] { 2, 3 }) AssertSame(expected, Drawn(Run with { Cut = new() { Depth = depth } }));
    }

    [Fact]
    public void Initial_underNarrowing_keepsTheModulesThatWereThere()
    {
        var narrowed = Drawn(Run with { Cut = new() { Depth = 2, NarrowChannels = 2, NarrowStride = 2 } });
        AssertSame(Drawn(Run), narrowed.Where(a => !a.Key.StartsWith("narrow.", StringComparison.Ordinal)).ToDictionary());
    }

    [Fact]
    public void Initial_inChannelsLast_isTheSameNumbers() =>
        AssertSame(Drawn(Run), Drawn(Run with { Machine = Run.Machine with { Layout = MemoryLayout.ChannelsLast } }));

    [Fact]
    public void Initial_underAnotherAlgorithm_isTheSame() =>
        AssertSame(Drawn(Run), Drawn(Run with { Algorithm = new() { Name = "centralized" } }));

    [Fact]
    public void Initial_ofAnotherSeed_differs() =>
        Assert.NotEqual(Drawn(Run)["bottom.conv1.weight"], Drawn(Run with { Seed = 2 })["bottom.conv1.weight"]);

    /// <summary>Uniform in +-1/sqrt(fan in), kernels and their biases; scales 1, shifts 0.</summary>
    [Fact]
    public void Initial_ofAConvolution_isTorchsDefault()
    {
        var drawn = Drawn(Run);
        var (kernel, bias, bound) = (drawn["bottom.conv1.weight"], drawn["bottom.conv1.bias"], 1 / Math.Sqrt(16 * 9));
        Assert.InRange(kernel.Max(Math.Abs), 0.99 * bound, bound);
        Assert.InRange(bias.Max(Math.Abs), 0.5 * bound, bound);
        Assert.InRange(kernel.Average(), -0.05 * bound, 0.05 * bound);
        Assert.All(drawn["bottom.norm1.weight"], scale => Assert.Equal(1, scale));
        Assert.All(drawn["bottom.norm1.bias"], shift => Assert.Equal(0, shift));
    }

    private static Dictionary<string, float[]> Drawn(RunOptions run) =>
        new Study(run).Initial.Value.Parts.SelectMany(p => p.Value.Arrays).ToDictionary(a => a.Name, a => a.Values);

    private static void AssertSame(Dictionary<string, float[]> expected, Dictionary<string, float[]> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, values) in expected) Assert.Equal(values, actual[name]);
    }
}
