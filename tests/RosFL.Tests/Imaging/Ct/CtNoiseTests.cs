using RosFL.Imaging.Ct;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Tests.Imaging.Ct;

public sealed class CtNoiseTests
{
    /// <summary>The noise is a scanner's: without bias where photons are many, with variance (counts + electronic) / counts^2.</summary>
    [Fact]
    public void Add_manyPhotons_hasBeerLambertVariance()
    {
        using var scope = NewDisposeScope();
        var clean = ones([1, 1, 200, 200]).Times(2.0);
        var noise = CtNoise.Add(clean, 1e5, 50, 3) - clean;
        var counts = 1e5 * Math.Exp(-2);
        Assert.InRange(noise.mean().item<float>(), -2e-4, 2e-4);
        Assert.InRange(noise.var().item<float>() / ((counts + 2500) / (counts * counts)), 0.97, 1.03);
    }

    /// <summary>A ray that starves reads one photon, never infinity.</summary>
    [Fact]
    public void Add_starvedRay_isFlooredAtOnePhoton()
    {
        using var scope = NewDisposeScope();
        var noisy = CtNoise.Add(ones([1, 1, 10, 10]).Times(60.0), 1000, 0, 3);
        Assert.Equal(Math.Log(1000), noisy.max().item<float>(), 4);
        Assert.Equal(noisy.max().item<float>(), noisy.min().item<float>());
    }

    [Fact]
    public void Add_sameSeed_givesSameBits()
    {
        using var scope = NewDisposeScope();
        var clean = ones([1, 1, 20, 20]).Times(1.0);
        Assert.True(CtNoise.Add(clean, 1e4, 10, 5).equal(CtNoise.Add(clean, 1e4, 10, 5)).all().item<bool>());
        Assert.False(CtNoise.Add(clean, 1e4, 10, 5).equal(CtNoise.Add(clean, 1e4, 10, 6)).all().item<bool>());
    }

    [Fact]
    public void Add_noPhotonsGiven_addsNothing()
    {
        using var scope = NewDisposeScope();
        var clean = ones([1, 1, 4, 4]).Times(1.0);
        Assert.True(CtNoise.Add(clean, 0, 10, 5).equal(clean).all().item<bool>());
    }
}
