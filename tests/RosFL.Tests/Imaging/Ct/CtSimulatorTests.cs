using RosFL.Imaging;
using RosFL.Imaging.Ct;
using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Tests.Imaging.Ct;

public sealed class CtSimulatorTests
{
    private static readonly CtGeometryOptions Scanner = new() { Views = 180, Bins = 128, PixelMm = 2, BinMm = 2 };

    /// <summary>Without noise HU goes to attenuation, through the scanner and back to HU.</summary>
    [Fact]
    public void Degrade_noNoise_givesHuBack()
    {
        using var scope = NewDisposeScope();
        var hu = Body();
        var back = CtSimulator.Degrade(hu, new CtOptions(), Scanner, 1);
        Assert.Equal(hu.Shape, back.Shape);
        Assert.InRange(Rmse(hu, back), 0, 15);
    }

    /// <summary>A quarter of the photons is twice the noise.</summary>
    [Fact]
    public void Degrade_quarterDose_doublesNoise()
    {
        var hu = Body();
        var options = new CtOptions { ElectronicNoise = 0 };
        var clean = CtSimulator.Degrade(hu, options, Scanner, 1);
        var full = Rmse(clean, CtSimulator.Degrade(hu, options, Scanner with { Photons = 1e5 }, 1));
        var quarter = Rmse(clean, CtSimulator.Degrade(hu, options, Scanner with { Photons = 2.5e4 }, 2));
        Assert.InRange(quarter / full, 1.8, 2.2);
    }

    /// <summary>The floor of a clipped window becomes air: what is at or below it comes out near -1000 HU, the rest stays.</summary>
    [Fact]
    public void Degrade_airBelowFloor_readsFloorAsAir()
    {
        var hu = Body();
        var clipped = hu with { Values = [.. hu.Values.Select(v => Math.Max(v, -175))] };
        var back = CtSimulator.Degrade(clipped, new CtOptions { AirBelowHu = -175 }, Scanner, 1);
        Assert.InRange(back.Values[32 * 64 + 2], -1030, -970);
        Assert.InRange(back.Values[32 * 64 + 32], -30, 30);
    }

    /// <summary>
    /// Noise in fat reaches the floor of a clipped window pixel by pixel; that is not air. Before, such pixels were scanned as -1000 HU
    /// and the fat came out 100 HU too low, beside a target that says -175.
    /// </summary>
    [Fact]
    public void Degrade_noiseAtFloor_isNoAir()
    {
        var draws = Seeds.Random(5);
        var clean = Body();
        double Noise() => 60 * Math.Sqrt(-2 * Math.Log(1 - draws.NextDouble())) * Math.Cos(2 * Math.PI * draws.NextDouble());
        var fat = clean with { Values = [.. clean.Values.Select(v => (float)Math.Max(-175, v < -500 ? v : -110 + Noise()))] };
        var back = CtSimulator.Degrade(fat, new CtOptions { AirBelowHu = -174 }, Scanner, 1);
        Assert.InRange(MeanInside(back) - MeanInside(fat), -5, 5);
        Assert.InRange(back.Values[32 * 64 + 2], -1030, -970);
    }

    /// <summary>Outside the circle that all views see is air.</summary>
    [Fact]
    public void Degrade_outsideFieldOfView_isAir()
    {
        var back = CtSimulator.Degrade(Body(), new CtOptions(), Scanner with { Bins = 60 }, 1);
        Assert.Equal(-1000, back.Values[0]);
        Assert.Equal(-1000, back.Values[^1]);
    }

    /// <summary>A kept simulator gives the bits of one made anew, in whatever order.</summary>
    [Fact]
    public void Degrade_keptSimulator_equalsFreshOne()
    {
        var (hu, options, geometry) = (Body(), new CtOptions(), Scanner with { Photons = 1e4, SourceMm = 541, DetectorMm = 949 });
        using var simulator = new CtSimulator(options, geometry, 64, 64);
        simulator.Degrade(hu, 8);
        Assert.Equal(CtSimulator.Degrade(hu, options, geometry, 9).Values, simulator.Degrade(hu, 9).Values);
    }

    [Fact]
    public void Degrade_volume_isRefused() =>
        Assert.Equal(ExitCode.InvalidData, Assert.Throws<RosflException>(
            () => CtSimulator.Degrade(new Picture(new float[8], 1, 2, 2, 2), new CtOptions(), Scanner, 1)).Code);

    private static Picture Body()
    {
        using var scope = NewDisposeScope();
        return new Picture(Disc.Smooth(64, 24, 6, 1000).Minus(1000).data<float>().ToArray(), 1, 64, 64);
    }

    /// <summary>Mean over a square well inside the body.</summary>
    private static double MeanInside(Picture hu) =>
        Enumerable.Range(20, 24).SelectMany(y => Enumerable.Range(20, 24).Select(x => (double)hu.Values[y * 64 + x])).Average();

    private static double Rmse(Picture a, Picture b) => Math.Sqrt(a.Values.Zip(b.Values, (p, q) => (p - q) * (double)(p - q)).Average());
}
