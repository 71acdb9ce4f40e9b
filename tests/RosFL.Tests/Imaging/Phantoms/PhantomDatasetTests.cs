using RosFL.Imaging;
using RosFL.Imaging.Phantoms;
using RosFL.Runs;

namespace RosFL.Tests.Imaging.Phantoms;

public sealed class PhantomDatasetTests
{
    /// <summary>A case depends on seed, site and index alone: not on what was loaded before, nor on how many cases there are.</summary>
    [Theory]
    [InlineData(StudyTask.Restoration)]
    [InlineData(StudyTask.Reconstruction)]
    [InlineData(StudyTask.Segmentation)]
    public void Load_anyOrder_givesSameBits(StudyTask task)
    {
        var (few, many) = (Hospital(task, images: 3), Hospital(task, images: 9));
        few.Load(few.Cases[0]);
        var (a, b) = (few.Load(few.Cases[2]), many.Load(many.Cases[2]));
        Assert.Equal(a.Input.Values, b.Input.Values);
        Assert.Equal(a.Target.Values, b.Target.Values);
    }

    [Fact]
    public void Load_otherSeedSiteOrIndex_givesOtherImage()
    {
        var hospital = Hospital(StudyTask.Restoration);
        var truth = hospital.Load(hospital.Cases[0]).Target.Values;
        Assert.NotEqual(truth, hospital.Load(hospital.Cases[1]).Target.Values);
        Assert.NotEqual(truth, First(Run(StudyTask.Restoration), 1).Target.Values);
        Assert.NotEqual(truth, First(Run(StudyTask.Restoration) with { Seed = 2 }, 0).Target.Values);
    }

    /// <summary>Targets are HU of a body in air; inputs are near them, but clearly not equal: there is something to learn at every site.</summary>
    [Theory]
    [InlineData(StudyTask.Restoration)]
    [InlineData(StudyTask.Reconstruction)]
    public void Load_ctTask_degradesHuModerately(StudyTask task)
    {
        foreach (var hospital in Hospitals(Run(task)))
        {
            var example = hospital.Load(hospital.Cases[0]);
            Assert.Equal([1, 64, 64], example.Input.Shape);
            Assert.True(example.Input.SameSize(example.Target));
            Assert.InRange(example.Target.Values.Min(), -1100, -990);
            Assert.InRange(example.Target.Values.Max(), 200, 800);
            var tissue = example.Target.Values.Zip(example.Input.Values).Where(p => p.First is > -50 and < 200).ToArray();
            Assert.InRange(tissue.Length, 500, 3000);
            Assert.InRange(Math.Sqrt(tissue.Average(p => Math.Pow(p.First - p.Second, 2))), 15, 100);
        }
    }

    /// <summary>A body of some 300 mm: the default pixels are 320 mm / size.</summary>
    [Fact]
    public void Load_defaultScanner_saysItsPixel() => Assert.Equal([5.0, 5.0], First(Run(StudyTask.Restoration), 0).Target.SpacingMm);

    /// <summary>Every image has the organ, most have lesions, and there are no other labels; in 2D and 3D.</summary>
    [Theory]
    [InlineData(2, 64)]
    [InlineData(3, 32)]
    public void Load_segmentation_hasOrganAndLesions(int dimensions, int size)
    {
        var run = Run(StudyTask.Segmentation, size) with { Network = new() { Dimensions = dimensions } };
        foreach (var hospital in Hospitals(run))
        {
            var labels = hospital.Cases.Select(c => hospital.Load(c).Target).ToArray();
            Assert.Equal(dimensions, labels[0].Dimensions);
            Assert.All(labels, l => Assert.True(l.Values.Count(v => v == 1) > 0.005 * l.Values.Length));
            Assert.True(labels.Count(l => l.Values.Contains(2)) >= 0.7 * labels.Length);
            Assert.All(labels, l => Assert.DoesNotContain(l.Values, v => v is not (0 or 1 or 2)));
        }
    }

    /// <summary>Hospitals differ as real ones do: the soft tissue of segmentation inputs lies elsewhere at each.</summary>
    [Fact]
    public void Hospitals_segmentation_differInIntensity()
    {
        var means = Hospitals(Run(StudyTask.Segmentation)).Select(h => h.Cases.Select(c => Organ(h.Load(c))).Average()).Order().ToArray();
        Assert.All(means.Zip(means.Skip(1)), p => Assert.True(p.Second - p.First > 5, $"organ means {string.Join(", ", means)}"));
    }

    [Fact]
    public void Hospitals_default_haveFourScanners()
    {
        var scanners = Enumerable.Range(0, 4).Select(i => PhantomScanners.Of(i, StudyTask.Restoration, 64)).ToArray();
        Assert.Equal(4, scanners.Distinct().Count());
        Assert.Equal(2, scanners.Count(s => s.SourceMm > 0));
        Assert.Equal(["hospital-1", "hospital-2", "hospital-3", "hospital-4"], Hospitals(Run(StudyTask.Restoration)).Select(h => h.Site));
    }

    /// <summary>The run's own sites, names and scanners win over the made-up ones.</summary>
    [Fact]
    public void Hospitals_namedSites_useTheirGeometry()
    {
        var own = new CtGeometryOptions { Views = 90, Bins = 96, PixelMm = 4, BinMm = 4 };
        var run = Run(StudyTask.Restoration);
        run = run with { Data = run.Data with { Sites = [new() { Name = "north", Geometry = own }, new() { Name = "south" }] } };
        var sites = Hospitals(run);
        Assert.Equal(["north", "south"], sites.Select(s => s.Site));
        Assert.Equal(4, sites[0].Load(sites[0].Cases[0]).Input.SpacingMm[0]);
    }

    [Fact]
    public void Hospitals_quantitySkew_givesRatioAndKeepsMean()
    {
        var run = new RunOptions { Data = new() { Phantoms = new() { ImagesPerSite = 20, QuantitySkew = 4 } } };
        var counts = Hospitals(run).Select(h => h.Cases.Count).ToArray();
        Assert.InRange(counts[0] / (double)counts[3], 3.5, 4.5);
        Assert.InRange(counts.Average(), 19, 21);
    }

    [Fact]
    public void Cases_each_areSubjectsOfTheirOwn()
    {
        var cases = Hospitals(Run(StudyTask.Restoration)).SelectMany(h => h.Cases).ToArray();
        Assert.Equal(cases.Length, cases.Select(c => c.Subject).Distinct().Count());
    }

    [Fact]
    public void Load_foreignCase_isRefused()
    {
        var hospital = Hospital(StudyTask.Segmentation);
        Assert.Equal(ExitCode.InvalidData, Assert.Throws<RosflException>(() => hospital.Load(new Case("elsewhere", "x"))).Code);
    }

    [Fact]
    public void Dataset_threeDimensionalCt_isRefused() => Assert.Equal(ExitCode.InvalidRun, Assert.Throws<RosflException>(
        () => Hospitals(Run(StudyTask.Restoration) with { Network = new() { Dimensions = 3 } })).Code);

    private static IReadOnlyList<PhantomDataset> Hospitals(RunOptions run) => PhantomDataset.Hospitals(run, StudySeeds.OfRun(run.Seed));

    private static RunOptions Run(StudyTask task, int size = 64) =>
        new() { Task = task, Data = new() { Phantoms = new() { Size = size, ImagesPerSite = 8 } } };

    private static Example First(RunOptions run, int site)
    {
        var hospital = Hospitals(run)[site];
        return hospital.Load(hospital.Cases[0]);
    }

    private static PhantomDataset Hospital(StudyTask task, int images = 4) =>
        new("a", 0, images, task, new(), new(), PhantomScanners.Of(0, task, 64), 2, new Seeds(1));

    private static double Organ(Example example) =>
        example.Input.Values.Zip(example.Target.Values).Where(p => p.Second == 1).Average(p => p.First);
}
