using RosFL.Imaging;
using RosFL.Imaging.Inspection;
using RosFL.Runs;
using RosFL.Tests.Imaging.Formats;
using static TorchSharp.torch;

namespace RosFL.Tests.Imaging;

/// <summary>Public images of real hospitals open as they should; skipped where they are not on the machine.</summary>
public sealed class RealSitesTests
{
    [Fact]
    public void Vessels_threeHospitals_keepBothEyesOfAChildTogether()
    {
        using var scope = NewDisposeScope();
        var run = new RunOptions
        {
            Task = StudyTask.Segmentation,
            Network = new() { Name = "unet", InputChannels = 3, OutputChannels = 2 },
            Data = new() { Layout = DataLayout.Folders, Path = RealData.Images("vessels"), SubjectPattern = @"^(chase_\d+|stare_\d+|hrf_\d+_[a-z]+)" },
            Preprocessing = new() { BinaryLabels = true, Patch = [64, 64], Intensity = IntensityKind.ZScore },
            Augmentation = new() { Flip = true, Rotate90 = true, RotateDegrees = 15, Gamma = 0.2 },
        };
        var sites = SiteImages.Open(run);
        Assert.Equal(["chasedb1", "hrf", "stare"], sites.Select(s => s.Site));
        Assert.Equal([16, 18, 12], sites.Select(s => Enum.GetValues<Split>().Sum(split => s.Splits[split].Count)));
        var children = Enum.GetValues<Split>().Select(split => sites[0].Splits[split].Select(c => c.Subject).ToHashSet()).ToArray();
        Assert.Equal(8, children.Sum(c => c.Count));
        var batch = sites[2].Batch([0, 1, 2], 1);
        Assert.Equal([3, 3, 64, 64], batch.Images.shape);
        Assert.Equal([3, 1, 64, 64], batch.Mask!.shape);
        Assert.InRange(batch.Targets.max().item<long>(), 0, 1);
    }

    [Fact]
    public void Ct_oneFolderInFourParts_isFourHospitalsWithTheirScanners()
    {
        using var scope = NewDisposeScope();
        SiteOptions Part(int i) => new()
        {
            Name = $"hospital{i}",
            Folder = "nih_deeplesion_8bit",
            Parts = 4,
            Part = i,
            Geometry = new() { Views = 32 * (i + 1), Bins = 128, PixelMm = 0.8, BinMm = 4, Photons = 1e4 },
        };
        var run = new RunOptions
        {
            Data = new()
            {
                Layout = DataLayout.Folders,
                Path = RealData.Images("ct"),
                SubjectPattern = @"^(nih_\d+)",
                SimulateCt = true,
                MaxImages = 4,
                Sites = [.. Enumerable.Range(0, 4).Select(Part)],
                UnseenSites = [new() { Name = "ge", Folder = "ge_hispeed_head", Scale = 1, Offset = -1024 }],
            },
            Preprocessing = new() { Intensity = IntensityKind.Window, Window = [-160, 240], Scale = 450.0 / 255, Offset = -175 },
            Ct = new() { AirBelowHu = -175 },
        };
        var sites = SiteImages.Open(run);
        Assert.Equal(16, sites.SelectMany(s => s.Splits.Train.Concat(s.Splits.Validation).Concat(s.Splits.Test)).Select(c => c.Name).Distinct().Count());
        var whole = sites[0].Whole(Split.Train, 0);
        Assert.InRange(whole.Target.Values.Min(), -176, -170);
        Assert.True(whole.Input.SameSize(whole.Target));
        var unseen = SiteImages.OpenUnseen(run, sites).Single();
        Assert.Equal(16, unseen.Count(Split.Test));
    }

    [Fact]
    public void Hippocampus_pairsOfSides_stayTogetherAsVolumesAndSlices()
    {
        using var scope = NewDisposeScope();
        var run = new RunOptions
        {
            Task = StudyTask.Segmentation,
            Network = new() { Name = "unet", Dimensions = 3, OutputChannels = 3 },
            Data = new()
            {
                Layout = DataLayout.Folders,
                Path = RealData.Images("hippocampus"),
                SubjectPattern = @"_(\d+)\.",
                SubjectGroup = 2,
                MaxImages = 12,
            },
            Preprocessing = new() { Intensity = IntensityKind.ZScore, Patch = [32, 32, 32] },
        };
        var sites = SiteImages.Open(run);
        Assert.Equal(["a_uint8", "b_1e3", "c_1e6"], sites.Select(s => s.Site));
        Assert.Equal([2, 1, 32, 32, 32], sites[0].Batch([0, 1], 1).Images.shape);
        Assert.All(sites, s => Assert.Equal(3, s.LabelCounts(3).Count(n => n > 0)));
        var slices = SiteImages.Open(run with
        {
            Network = run.Network with { Dimensions = 2 },
            Data = run.Data with { Slices = true },
            Preprocessing = run.Preprocessing with { Patch = [] },
        });
        Assert.True(slices[0].Count(Split.Train) > 20 * slices[0].Splits.Train.Count);
    }

    [Fact]
    public void GoldenGeometries_keepTheirSplitAndTheirBits()
    {
        using var scope = NewDisposeScope();
        var run = new RunOptions { Task = StudyTask.Reconstruction, Data = new() { Layout = DataLayout.Geometry, Path = RealData.Golden("data") } };
        var sites = SiteImages.Open(run);
        Assert.Equal(["geometry_1", "geometry_2", "geometry_3", "geometry_4"], sites.Select(s => s.Site));
        using var truth = RosFL.Runs.SafetensorsFile.Open(RealData.Golden("data.safetensors"));
        var stored = truth.ReadAll().ToDictionary(t => t.Name);
        for (var site = 0; site < 4; site++)
        {
            Assert.Equal((3, 0, 2), (sites[site].Count(Split.Train), sites[site].Count(Split.Validation), sites[site].Count(Split.Test)));
            for (var i = 0; i < 3; i++)
            {
                var batch = sites[site].Batch([i], 1);
                Assert.Equal([1, 1, 64, 64], batch.Images.shape);
                Assert.Equal(stored[$"geometry_{site + 1}.train.input.{i:000}"].Values, batch.Images.data<float>().ToArray());
                Assert.Equal(stored[$"geometry_{site + 1}.train.label.{i:000}"].Values, batch.Targets.data<float>().ToArray());
            }
        }
    }

    [Theory]
    [Trait("speed", "slow")]
    [InlineData("vessels", 3)]
    [InlineData("ct", 3)]
    [InlineData("hippocampus", 3)]
    public void Inspection_ofRealFolders_findsNoBadFile(string name, int sites)
    {
        var found = DataInspection.Of(RealData.Images(name));
        Assert.Equal(sites, found.Sites.Count);
        Assert.All(found.Sites, s => Assert.Empty(s.Problems));
        Assert.NotEmpty(found.Obstacles);
    }
}
