using RosFL.Imaging;
using RosFL.Imaging.Datasets;
using RosFL.Runs;
using RosFL.Tests.Imaging.Formats;

namespace RosFL.Tests.Imaging.Datasets;

/// <summary>Every layout gives the sites, cases, persons and pixels that its files hold, and says which file does not fit.</summary>
public sealed class DatasetCatalogTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Folders_oneASite_areSitesInNameOrder()
    {
        MadeData.Segmentation(folder.Path, "south", 2);
        MadeData.Segmentation(folder.Path, "north", 3);
        MadeData.Write(folder.Path, "north/labels_observer2/p0_0.png", 2, 2, _ => 0);
        var sites = Open(MadeData.SegmentationRun(folder.Path));
        Assert.Equal(["north", "south"], sites.Select(s => s.Site));
        Assert.Equal([new Case("p0_0", "p0"), new Case("p0_1", "p0"), new Case("p1_0", "p1")], sites[0].Cases.Take(3));
        var example = sites[0].Load(sites[0].Cases[2]);
        Assert.Equal([20, 21, 22], example.Input.Values[..3]);
        Assert.Equal([0, 1, 0], example.Target.Values[..3]);
        Assert.Null(example.Mask);
    }

    [Fact]
    public void Folders_withAnUnpairedImage_nameIt()
    {
        MadeData.Segmentation(folder.Path, "north", 2);
        File.Delete(folder.File("north/labels/p1_1.png"));
        MadeData.Write(folder.Path, "north/labels/p9_9.png", 2, 2, _ => 0);
        var error = Assert.Throws<RosflException>(() => Open(MadeData.SegmentationRun(folder.Path)));
        Assert.Contains("images/p1_1.png", error.Message, StringComparison.Ordinal);
        Assert.Contains("labels/p9_9.png", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.InvalidData, error.Code);
    }

    [Fact]
    public void Folders_withAFileThatIsNoImage_nameIt()
    {
        MadeData.Segmentation(folder.Path, "north", 2);
        folder.File("north/images/scan.docx", [1]);
        folder.File("north/images/p0_0.json", [1]);
        var error = Assert.Throws<RosflException>(() => Open(MadeData.SegmentationRun(folder.Path)));
        Assert.Contains("scan.docx", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("p0_0.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_personsUnknown_areRefused()
    {
        MadeData.Segmentation(folder.Path, "north", 2);
        var run = MadeData.SegmentationRun(folder.Path);
        Assert.Throws<RosflException>(() => Open(run with { Data = run.Data with { SubjectPattern = "" } }));
    }

    [Fact]
    public void Parts_ofOneFolder_areDisjointPersonsAndTogetherAll()
    {
        MadeData.Segmentation(folder.Path, "all", 7);
        var sites = Open(run => run with { Sites = [.. Enumerable.Range(0, 3).Select(i => new SiteOptions { Name = $"site{i}", Folder = "all", Parts = 3, Part = i })] });
        Assert.Equal(7, sites.Sum(s => s.Cases.Select(c => c.Subject).Distinct().Count()));
        Assert.Equal(14, sites.SelectMany(s => s.Cases).Select(c => c.Name).Distinct().Count());
    }

    [Fact]
    public void Sites_thatShareAFile_areRefused()
    {
        MadeData.Segmentation(folder.Path, "all", 3);
        SiteOptions[] sites = [new() { Name = "a", Folder = "all" }, new() { Name = "b", Folder = "all", Files = "^p0" }];
        var error = Assert.Throws<RosflException>(() => Open(run => run with { Sites = sites }));
        Assert.Contains("'a' and 'b'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SiteColumn_dividesOneDataset()
    {
        MadeData.Segmentation(folder.Path, ".", 2);
        File.WriteAllText(folder.File("subjects.csv"), "file,subject,site\np0_0,1,x\np0_1,1,x\np1_0,2,y\np1_1,2,y\n");
        var sites = Open(run => run with { SubjectPattern = "", SubjectsFile = "subjects.csv" });
        Assert.Equal(["x", "y"], sites.Select(s => s.Site));
        Assert.Equal(["p1_0", "p1_1"], sites[1].Cases.Select(c => c.Name));
    }

    [Theory]
    [InlineData("""{"channel_names": {"0": "T1", "1": "T2"}, "labels": {"background": 0, "lesion": 1}, "numTraining": 2, "file_ending": ".nii.gz"}""")]
    [InlineData("""{"modality": {"0": "MRI", "1": "MRI"}, "labels": {"0": "background", "1": "lesion"}, "numTraining": 2}""")]
    public void NnUNet_bothVersions_stackChannelsBySuffix(string json)
    {
        File.WriteAllText(folder.File("dataset.json"), json);
        foreach (var name in (string[])["a_1", "b_1"])
        {
            MadeData.Write(folder.Path, $"imagesTr/{name}_0000.nii.gz", Volume(1));
            MadeData.Write(folder.Path, $"imagesTr/{name}_0001.nii.gz", Volume(2));
            MadeData.Write(folder.Path, $"labelsTr/{name}.nii.gz", Volume(0));
        }
        MadeData.Write(folder.Path, "imagesTs/c_0000.nii.gz", Volume(1));
        var site = Open(run => run with { Layout = DataLayout.NnUNet, SubjectPattern = @"^([a-z])_1\.nii" }).Single();
        Assert.Equal([new Case("a_1", "a"), new Case("b_1", "b")], site.Cases);
        var example = site.Load(site.Cases[0]);
        Assert.Equal([2, 2, 3, 4], example.Input.Shape);
        Assert.Equal((1f, 2f), (example.Input.Values[0], example.Input.Values[^1]));
    }

    [Fact]
    public void NnUNet_missingChannel_isNamed()
    {
        File.WriteAllText(folder.File("dataset.json"), """{"channel_names": {"0": "T1", "1": "T2"}}""");
        MadeData.Write(folder.Path, "imagesTr/a_0000.nii.gz", Volume(1));
        MadeData.Write(folder.Path, "labelsTr/a.nii.gz", Volume(0));
        var error = Assert.Throws<RosflException>(() => Open(run => run with { Layout = DataLayout.NnUNet }));
        Assert.Contains("a_0001", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RestorationPairs_scaleAndOffset_giveHu()
    {
        MadeData.Write(folder.Path, "s/input/a.png", 2, 2, i => 1000 + i);
        MadeData.Write(folder.Path, "s/target/a.png", 2, 2, i => 1024);
        var run = new RunOptions
        {
            Data = new() { Layout = DataLayout.Folders, Path = folder.Path, SubjectIsFile = true, Sites = [new() { Name = "s", Scale = 2 }] },
            Preprocessing = new() { Offset = -1024 },
        };
        var site = Open(run).Single();
        var example = site.Load(site.Cases[0]);
        Assert.Equal([976, 978, 980, 982], example.Input.Values);
        Assert.All(example.Target.Values, v => Assert.Equal(1024, v));
    }

    /// <summary>Scans are data: they stay while the run's seed changes, and change with the noise's own seed.</summary>
    [Fact]
    public void SimulatedCt_loadedTwice_hasTheSameBitsAndOtherNoiseSeedsDiffer()
    {
        MadeData.Write(folder.Path, "s/images/a.png", 16, 16, Disc);
        Assert.Equal(Scan(new()).Input.Values, Scan(new(), seed: 2).Input.Values);
        Assert.NotEqual(Scan(new()).Input.Values, Scan(new() { NoiseSeed = 2 }).Input.Values);
    }

    [Fact]
    public void SimulatedCt_scanFolder_givesTheBitsOfAFreshScanAndIsUsed()
    {
        MadeData.Write(folder.Path, "s/images/a.png", 16, 16, Disc);
        var kept = new CtOptions { ScanFolder = Path.Combine(folder.Path, "scans") };
        var fresh = Scan(new()).Input.Values;
        Assert.Equal(fresh, Scan(kept).Input.Values);
        var file = Assert.Single(Directory.GetFiles(kept.ScanFolder));
        Assert.Equal(fresh, Scan(kept).Input.Values);
        Scan(kept with { NoiseSeed = 2 });
        Assert.Equal(2, Directory.GetFiles(kept.ScanFolder).Length);
        File.WriteAllBytes(file, [1, 2, 3]);
        Assert.Throws<RosflException>(() => Scan(kept));
    }

    [Fact]
    public void SimulatedCt_reduced_averagesBlocksBeforeTheScan()
    {
        MadeData.Write(folder.Path, "s/images/a.png", 16, 16, Disc);
        var whole = Scan(new()).Target.Values;
        var example = Scan(new() { Reduce = 2 });
        Assert.Equal([1, 8, 8], example.Target.Shape);
        Assert.Equal(example.Target.Shape, example.Input.Shape);
        Assert.Equal((whole[0] + whole[1] + whole[16] + whole[17]) / 4, example.Target.Values[0]);
        Assert.Equal((whole[34] + whole[35] + whole[50] + whole[51]) / 4, example.Target.Values[9]);
    }

    [Fact]
    public void Unseen_withoutPersons_isOpened()
    {
        MadeData.Segmentation(folder.Path, "far", 1);
        var run = MadeData.SegmentationRun(folder.Path);
        run = run with { Data = run.Data with { SubjectPattern = "^never(.)", UnseenSites = [new() { Name = "far" }] } };
        Assert.Equal(2, DatasetCatalog.OpenUnseen(run).Single().Cases.Count);
    }

    private static float Disc(int i) => i is > 50 and < 200 ? 1064 : 24 + i;

    private Example Scan(CtOptions ct, long seed = 1)
    {
        var site = Open(new RunOptions
        {
            Seed = seed,
            Data = new() { Layout = DataLayout.Folders, Path = folder.Path, SubjectIsFile = true, SimulateCt = true, Sites = [new() { Name = "s" }] },
            Preprocessing = new() { Offset = -1024 },
            Ct = ct with { Geometry = new() { Views = 24, Bins = 32, Photons = 1e4 } },
        }).Single();
        return site.Load(site.Cases[0]);
    }

    private static Picture Volume(float value) => new([.. Enumerable.Repeat(value, 24)], 1, 2, 3, 4);

    private static IReadOnlyList<IDataset> Open(RunOptions run) => DatasetCatalog.Open(run, StudySeeds.OfRun(run.Seed));

    private IReadOnlyList<IDataset> Open(Func<DataOptions, DataOptions> change)
    {
        var run = MadeData.SegmentationRun(folder.Path);
        return Open(run with { Data = change(run.Data) });
    }
}

