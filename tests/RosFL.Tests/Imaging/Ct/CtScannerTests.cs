using System.Runtime.CompilerServices;
using System.Text.Json;
using RosFL.Imaging.Ct;
using RosFL.Runs;
using RosFL.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace RosFL.Tests.Imaging.Ct;

public sealed class CtScannerTests
{
    private static readonly CtGeometryOptions Parallel = new() { Views = 512, Bins = 512, PixelMm = 1, BinMm = 0.75 };
    private static readonly CtGeometryOptions Fan = new() { Views = 512, Bins = 512, PixelMm = 1, BinMm = 1.4, SourceMm = 595, DetectorMm = 1085.6 };

    public static TheoryData<string, CtFilter> FullScans => new()
    {
        { "parallel", CtFilter.RamLak }, { "parallel", CtFilter.Hann }, { "fan", CtFilter.RamLak }, { "fan", CtFilter.Hann },
    };

    /// <summary>Filtered back-projection inverts projection: within 1 % RMSE of the disc's value inside the field of view.</summary>
    [Theory, MemberData(nameof(FullScans))]
    [Trait("speed", "slow")]
    public void Reconstruct_noiseFree512Views_isWithinOnePercent(string beam, CtFilter filter)
    {
        using var scope = NewDisposeScope();
        using var scanner = new CtScanner(beam == "fan" ? Fan : Parallel, 256, 256);
        var disc = Disc.Smooth(256, 80, 8, 0.02);
        Assert.InRange(RelativeError(scanner, scanner.Reconstruct(scanner.Project(disc), filter), disc, 0.02), 0, 0.01);
    }

    /// <summary>The scanners of the committed CT studies, free of noise and with views enough.</summary>
    public static TheoryData<string> StudyScanners()
    {
        var geometries = new[] { "lowdose-ct", "sparse-ct" }.Select(study => RunFile.Load(Runs($"{study}.json"), ["data.path=\".\""]).Options.Data)
            .SelectMany(data => data.Sites.Concat(data.UnseenSites)).Select(site => site.Geometry! with { Views = 512, Photons = 0 });
        return [.. geometries.Distinct().Select(geometry => JsonSerializer.Serialize(geometry))];
    }

    /// <summary>Each of those scanners sees and gives back the whole of a smooth disc that nearly fills the image.</summary>
    [Theory, MemberData(nameof(StudyScanners))]
    [Trait("speed", "slow")]
    public void Reconstruct_scannerOfAStudy_isWithinOnePercent(string json)
    {
        using var scope = NewDisposeScope();
        var geometry = JsonSerializer.Deserialize<CtGeometryOptions>(json)!;
        using var scanner = new CtScanner(geometry, 256, 256);
        Assert.True(scanner.FieldOfViewMm >= 128 * geometry.PixelMm, $"the field of view has a radius of {scanner.FieldOfViewMm} mm");
        var disc = Disc.Smooth(256, 110, 12, 0.02);
        Assert.InRange(RelativeError(scanner, scanner.Reconstruct(scanner.Project(disc), CtFilter.RamLak), disc, 0.02), 0, 0.01);
    }

    /// <summary>The dot-product test on the same scanners, with few and with limited views.</summary>
    [Theory, MemberData(nameof(StudyScanners))]
    public void BackProject_scannerOfAStudy_passesDotProductTest(string json)
    {
        using var scope = NewDisposeScope();
        using var generator = Seeds.Generator(9);
        var full = JsonSerializer.Deserialize<CtGeometryOptions>(json)! with { Views = 7 };
        foreach (var geometry in new[] { full, full with { ArcDegrees = 100 } })
        {
            using var scanner = new CtScanner(geometry, 64, 64);
            var x = randn([1, 1, 64, 64], float32, generator: generator);
            var y = randn([1, 1, geometry.Views, geometry.Bins], float32, generator: generator);
            var projected = scanner.Project(x);
            var difference = (projected.to(float64) * y).sum().item<double>() - (x * scanner.BackProject(y).to(float64)).sum().item<double>();
            Assert.InRange(Math.Abs(difference) / (projected.norm().item<float>() * y.norm().item<float>()), 0, 1e-6);
        }
    }

    /// <summary>On an arc between a short and a full scan some lines are seen twice; the weights share them out so that the disc comes back.</summary>
    [Theory]
    [InlineData(215)]
    [InlineData(300)]
    public void Reconstruct_fanShortScan_isWithinTwoPercent(double arc)
    {
        using var scope = NewDisposeScope();
        var geometry = new CtGeometryOptions { Views = 400, Bins = 200, PixelMm = 4, BinMm = 5, SourceMm = 595, DetectorMm = 1085.6, ArcDegrees = arc };
        using var scanner = new CtScanner(geometry, 96, 96);
        var disc = Disc.Smooth(96, 30, 6, 0.02);
        Assert.InRange(RelativeError(scanner, scanner.Reconstruct(scanner.Project(disc), CtFilter.RamLak), disc, 0.02), 0, 0.02);
    }

    /// <summary>Half the arc of a parallel beam cannot be enough: the limited arc is really limited.</summary>
    [Fact]
    public void Reconstruct_limitedArc_isWorseThanFull()
    {
        using var scope = NewDisposeScope();
        var full = new CtGeometryOptions { Views = 90, Bins = 96, PixelMm = 1, BinMm = 1 };
        var disc = Disc.Smooth(64, 20, 4, 1);
        using var whole = new CtScanner(full, 64, 64);
        using var half = new CtScanner(full with { ArcDegrees = 90 }, 64, 64);
        var good = RelativeError(whole, whole.Reconstruct(whole.Project(disc), CtFilter.RamLak), disc, 1);
        var bad = RelativeError(half, half.Reconstruct(half.Project(disc), CtFilter.RamLak), disc, 1);
        Assert.True(bad > 5 * good, $"{bad} against {good}");
    }

    /// <summary>The projector against mathematics: an ellipse off the centre has line integrals in closed form.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Project_ellipse_equalsClosedForm(bool fan)
    {
        using var scope = NewDisposeScope();
        var geometry = fan
            ? new CtGeometryOptions { Views = 37, Bins = 129, PixelMm = 2, BinMm = 5, SourceMm = 500, DetectorMm = 1000 }
            : new CtGeometryOptions { Views = 37, Bins = 129, PixelMm = 2, BinMm = 2.5 };
        using var scanner = new CtScanner(geometry, 120, 140);
        var ellipse = new Ellipse(31, -14, 60, 40, 0.7);
        var projected = scanner.Project(ellipse.Draw(120, 140, 2)).squeeze();
        var exact = ellipse.Project(geometry);
        var error = (projected - exact).Power(2).mean().sqrt().item<float>() / exact.max().item<float>();
        Assert.InRange(error, 0, 0.005);
    }

    /// <summary>The dot-product test: (A x, y) = (x, A' y) for random x and y, which no approximation of the adjoint passes.</summary>
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 0, 120)]
    [InlineData(400, 700, 0)]
    [InlineData(400, 700, 210)]
    public void BackProject_randomPair_passesDotProductTest(double source, double detector, double arc)
    {
        using var scope = NewDisposeScope();
        using var generator = Seeds.Generator(7);
        var geometry = new CtGeometryOptions { Views = 23, Bins = 50, PixelMm = 2, BinMm = 2.7, SourceMm = source, DetectorMm = detector, ArcDegrees = arc };
        using var scanner = new CtScanner(geometry, 40, 52);
        var x = randn([3, 1, 40, 52], float32, generator: generator);
        var y = randn([3, 1, 23, 50], float32, generator: generator);
        var left = (scanner.Project(x).to(float64) * y).sum().item<double>();
        var right = (x * scanner.BackProject(y).to(float64)).sum().item<double>();
        var scale = scanner.Project(x).norm().item<float>() * y.norm().item<float>();
        Assert.InRange(Math.Abs(left - right) / scale, 0, 1e-6);
    }

    /// <summary>A batch is as its images one by one.</summary>
    [Fact]
    public void Scanner_batch_equalsSingles()
    {
        using var scope = NewDisposeScope();
        using var scanner = new CtScanner(new CtGeometryOptions { Views = 30, Bins = 64, SourceMm = 200, DetectorMm = 300 }, 32, 32);
        var images = cat([Disc.Smooth(32, 10, 4, 1), Disc.Smooth(32, 5, 2, 3)], 0);
        var both = scanner.Reconstruct(scanner.Project(images), CtFilter.Hann);
        for (var i = 0; i < 2; i++)
        {
            var alone = scanner.Reconstruct(scanner.Project(images.narrow(0, i, 1)), CtFilter.Hann);
            Assert.InRange((alone - both.narrow(0, i, 1)).abs().max().item<float>(), 0, 1e-5);
        }
    }

    /// <summary>Nothing is left behind by projecting, its adjoint and reconstructing, nor by the scanner once disposed.</summary>
    [Fact]
    public void Scanner_disposed_leavesNoTensors()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var scope = NewDisposeScope())
        using (var scanner = new CtScanner(new CtGeometryOptions { Views = 10, Bins = 48 }, 32, 32))
        {
            var sinogram = scanner.Project(Disc.Smooth(32, 10, 4, 1));
            scanner.BackProject(sinogram);
            scanner.Reconstruct(sinogram, CtFilter.RamLak);
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData(0, 10, 0, 0, 0, "views")]
    [InlineData(10, 1, 0, 0, 0, "bins")]
    [InlineData(10, 10, 100, 50, 0, "detectorMm")]
    [InlineData(10, 10, 20, 50, 0, "sourceMm")]
    [InlineData(10, 10, 0, 0, 200, "arcDegrees")]
    public void Scanner_impossibleGeometry_isRefusedByName(int views, int bins, double source, double detector, double arc, string name)
    {
        var geometry = new CtGeometryOptions { Views = views, Bins = bins, SourceMm = source, DetectorMm = detector, ArcDegrees = arc };
        var refusal = Assert.Throws<RosflException>(() => new CtScanner(geometry, 64, 64));
        Assert.Equal(ExitCode.InvalidRun, refusal.Code);
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    private static string Runs(string file, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../../runs", file));

    private static double RelativeError(CtScanner scanner, Tensor image, Tensor truth, double value)
    {
        var size = truth.shape[2];
        var axis = TensorArithmetic.Range(size, float32).Minus((size - 1) / 2.0).Times(scanner.Options.PixelMm);
        var inside = axis.Power(2).Plus(axis.Power(2).unsqueeze(1)).IsAtMost(Math.Pow(Math.Min(scanner.FieldOfViewMm, size * scanner.Options.PixelMm / 2), 2));
        return (image - truth).squeeze()[inside].Power(2).mean().sqrt().item<float>() / value;
    }
}
