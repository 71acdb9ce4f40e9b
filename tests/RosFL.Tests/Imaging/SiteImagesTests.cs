using RosFL.Imaging;
using RosFL.Imaging.Preprocessing;
using RosFL.Runs;
using RosFL.Tests.Imaging.Datasets;
using RosFL.Tests.Imaging.Formats;
using RosFL.Training.Losses;
using static TorchSharp.torch;

namespace RosFL.Tests.Imaging;

/// <summary>What training gets: exact pixels where nothing was asked for, the seed's bits always, and outputs that return to the image's grid.</summary>
public sealed class SiteImagesTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Batch_withoutPatchAndAugmentation_holdsTheStoredPixels()
    {
        using var scope = NewDisposeScope();
        MadeData.Segmentation(folder.Path, "north", 3);
        var site = SiteImages.Open(MadeData.SegmentationRun(folder.Path)).Single();
        var batch = site.Batch([1, 0], seed: 7);
        Assert.Equal([2, 1, 4, 5], batch.Images.shape);
        Assert.Equal([2, 4, 5], batch.Targets.shape);
        Assert.Equal((ScalarType.Float32, ScalarType.Int64), (batch.Images.dtype, batch.Targets.dtype));
        Assert.Null(batch.Mask);
        var whole = site.Whole(Split.Train, 1);
        Assert.Equal(whole.Input.Values, batch.Images[0].data<float>().ToArray());
        Assert.Equal(whole.Target.Values.Select(v => (long)v), batch.Targets[0].data<long>().ToArray());
    }

    [Fact]
    public void Batch_withEverythingRandom_isDecidedByItsSeed()
    {
        using var scope = NewDisposeScope();
        MadeData.Segmentation(folder.Path, "north", 3, 20, 24);
        var run = MadeData.SegmentationRun(folder.Path) with
        {
            Preprocessing = new() { Patch = [8, 8], Intensity = IntensityKind.ZScore },
            Augmentation = new() { Flip = true, Rotate90 = true, RotateDegrees = 10, Scale = 0.2, Gamma = 0.2, Contrast = 0.2, Noise = 0.1 },
        };
        var site = SiteImages.Open(run).Single();
        float[] Pixels(long seed) => [.. site.Batch([0, 0], seed).Images.data<float>()];
        Assert.Equal(Pixels(1), Pixels(1));
        Assert.NotEqual(Pixels(1), Pixels(2));
        Assert.NotEqual(Pixels(1)[..64], Pixels(1)[64..]);
        Assert.All(Pixels(3), v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void Whole_atASiteWithItsOwnGrid_isCoarserInsideAndReturnsToTheFilesGrid()
    {
        MadeData.Segmentation(folder.Path, "north", 3, 20, 24);
        MadeData.Segmentation(folder.Path, "south", 3, 20, 24);
        var run = MadeData.SegmentationRun(folder.Path);
        run = run with { Data = run.Data with { Sites = [new() { Name = "north" }, new() { Name = "south", SpacingMm = [2, 2] }] } };
        var wholes = SiteImages.Pooled(SiteImages.Open(run), "pooled");
        var (north, south) = (wholes.Whole(Split.Test, 0), wholes.Whole(Split.Test, wholes.Count(Split.Test) - 1));
        Assert.Equal([1, 20, 24], north.Input.Shape);
        Assert.Equal([1, 10, 12], south.Input.Shape);
        Assert.Equal([1, 20, 24], south.Target.Shape);
        Assert.Equal([1, 20, 24], south.Restore(new Picture(new float[2 * 10 * 12], 2, 10, 12)).Shape);
    }

    [Fact]
    public void Batch_ofDifferentSizes_isRefusedWithTheRemedy()
    {
        for (var n = 0; n < 4; n++)
        {
            MadeData.Write(folder.Path, $"north/images/p{n}_0.png", 4 + n, 5, i => i);
            MadeData.Write(folder.Path, $"north/labels/p{n}_0.png", 4 + n, 5, i => i % 2);
        }
        var site = SiteImages.Open(MadeData.SegmentationRun(folder.Path)).Single();
        var error = Assert.Throws<RosflException>(() => site.Batch([0, 1], 1));
        Assert.Contains("preprocessing.patch", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mask_limitsBatchWholeAndCounts()
    {
        using var scope = NewDisposeScope();
        MadeData.Segmentation(folder.Path, "north", 3, label: 255);
        for (var n = 0; n < 6; n++)
            MadeData.Write(folder.Path, $"north/fov/p{n / 2}_{n % 2}.png", 4, 5, i => i < 10 ? 255 : 0);
        var run = MadeData.SegmentationRun(folder.Path) with { Preprocessing = new() { BinaryLabels = true } };
        var site = SiteImages.Open(run).Single();
        var mask = site.Batch([0], 1).Mask;
        Assert.Equal([1, 1, 4, 5], mask!.shape);
        Assert.Equal(10, mask.sum().item<float>());
        Assert.Equal([5L * site.Count(Split.Train), 5L * site.Count(Split.Train)], site.LabelCounts(2));
        Assert.Equal(10, site.Whole(Split.Test, 0).Mask!.Values.Sum());
    }

    [Fact]
    public void Labels_of255WithoutBinaryLabels_areRefusedWithTheRemedy()
    {
        MadeData.Segmentation(folder.Path, "north", 3, label: 255);
        var site = SiteImages.Open(MadeData.SegmentationRun(folder.Path)).Single();
        var error = Assert.Throws<RosflException>(() => site.Whole(Split.Train, 0));
        Assert.Contains("preprocessing.binaryLabels", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slices_ofVolumes_areItemsWhileWholesAreVolumes()
    {
        using var scope = NewDisposeScope();
        WriteVolumes();
        var run = Volumes(new() { Patch = [] });
        var site = SiteImages.Open(run with { Data = run.Data with { Slices = true }, Network = run.Network with { Dimensions = 2 } }).Single();
        Assert.Equal(3 * site.Splits.Train.Count, site.Count(Split.Train));
        var whole = site.Whole(Split.Train, 1);
        Assert.Equal([1, 3, 4, 5], whole.Input.Shape);
        var slice = site.Batch([4], 1);
        Assert.Equal([1, 1, 4, 5], slice.Images.shape);
        Assert.Equal(whole.Input.Values[20..40], slice.Images.data<float>().ToArray());
    }

    [Fact]
    public void Patch_ofVolumes_hasThreeAxes()
    {
        using var scope = NewDisposeScope();
        WriteVolumes();
        var batch = SiteImages.Open(Volumes(new() { Patch = [2, 4, 4] })).Single().Batch([0, 1], 1);
        Assert.Equal([2, 1, 2, 4, 4], batch.Images.shape);
        Assert.Equal([2, 2, 4, 4], batch.Targets.shape);
    }

    [Fact]
    public void Whole_resampled_returnsItsTruthFromTheWorkingGrid()
    {
        WriteVolumes();
        var whole = SiteImages.Open(Volumes(new() { SpacingMm = [0.5, 0.5, 0.5] })).Single().Whole(Split.Train, 0);
        Assert.Equal([1, 6, 8, 10], whole.Input.Shape);
        var truth = RosFL.Imaging.Preprocessing.Resampling.Nearest(whole.Target, whole.Input.Size);
        var scores = new Picture([.. truth.Values.Select(v => 1 - v), .. truth.Values], [2, .. truth.Size]);
        var restored = whole.Restore(scores);
        Assert.Equal(whole.Target.Values, restored.Values);
        Assert.Equal(whole.Target.Affine, restored.Affine);
    }

    [Fact]
    public void Restoration_window_isTheSameForInputAndTargetAndComesBackInHu()
    {
        using var scope = NewDisposeScope();
        for (var n = 0; n < 4; n++)
        {
            MadeData.Write(folder.Path, $"s/input/{n}.png", 3, 4, i => 1024 + 10 * i);
            MadeData.Write(folder.Path, $"s/target/{n}.png", 3, 4, i => 1024 + 10 * i);
        }
        var run = new RunOptions
        {
            Data = new() { Layout = DataLayout.Folders, Path = folder.Path, SubjectIsFile = true },
            Preprocessing = new() { Intensity = IntensityKind.Window, Window = [-160, 240], Offset = -1024 },
        };
        var site = SiteImages.Open(run).Single();
        var batch = site.Batch([0], 1);
        Assert.Equal(batch.Images.data<float>().ToArray(), batch.Targets.data<float>().ToArray());
        Assert.Equal(0.4f, batch.Images[0, 0, 0, 0].item<float>());
        var whole = site.Whole(Split.Test, 0);
        Assert.Equal(whole.Target.Values, whole.Restore(whole.Input).Values.Select(v => MathF.Round(v, 3)));
    }

    [Fact]
    public void CtForeground_ofTwoSites_isOneMapForBoth()
    {
        MadeData.Segmentation(folder.Path, "north", 3);
        MadeData.Segmentation(folder.Path, "south", 4, 6, 6);
        var sites = SiteImages.Open(MadeData.SegmentationRun(folder.Path) with { Preprocessing = new() { Intensity = IntensityKind.CtForeground } });
        Assert.Equal(sites[0].Whole(Split.Train, 0).Map, sites[1].Whole(Split.Test, 0).Map);
    }

    /// <summary>What each site tells by itself comes to what a simulation gathers from all images, to the bit, and goes through the JSON of a manifest.</summary>
    [Fact]
    public void SiteStatistics_agreed_areThoseOfTheSimulation()
    {
        MadeData.Segmentation(folder.Path, "north", 4);
        MadeData.Segmentation(folder.Path, "south", 5, 6, 6);
        var run = MadeData.SegmentationRun(folder.Path) with { Preprocessing = new() { Intensity = IntensityKind.CtForeground }, Training = new() { FederatedClassWeights = true } };
        var gathered = SiteImages.Open(run);
        var seeds = StudySeeds.OfRun(run.Seed);
        SiteStatistics[] told = [.. gathered.Select(s => StrictJson.Read<SiteStatistics>(StrictJson.Text(SiteStatistics.Of(run, s.Site, seeds)), "told"))];
        var agreed = SiteStatistics.Agreed(RunFile.Of(run), told, names: null).Options;
        Assert.False(SiteStatistics.AreNeeded(agreed));
        foreach (var spoilt in (ForegroundSums[])[told[1].Foreground[0] with { Histogram = [0] }, told[1].Foreground[0] with { Count = -1 }])
            Assert.Contains("'south' do not add up", Assert.Throws<RosflException>(() => SiteStatistics.Agreed(RunFile.Of(run), [told[0], told[1] with { Foreground = [spoilt] }], null)).Message, StringComparison.Ordinal);
        Assert.Equal(ClassWeights.FromCounts(ClassWeights.Sum([.. gathered.Select(s => s.LabelCounts(run.Network.OutputChannels))])), agreed.Training.ClassWeights);
        var alone = SiteImages.OpenOne(agreed, "south", seeds);
        Assert.Equal(gathered[1].Whole(Split.Train, 0).Map.Channels, alone.Whole(Split.Train, 0).Map.Channels);
        Assert.Equal(gathered[1].Whole(Split.Train, 0).Input.Values, alone.Whole(Split.Train, 0).Input.Values);
    }

    [Fact]
    public void Dirichlet_redistributesTrainingOnlyAndLosesNobody()
    {
        MadeData.Segmentation(folder.Path, "north", 10);
        MadeData.Segmentation(folder.Path, "south", 10);
        var run = MadeData.SegmentationRun(folder.Path);
        var before = SiteImages.Open(run);
        var after = SiteImages.Open(run with { Data = run.Data with { DirichletAlpha = 0.3 } });
        Assert.Equal(before.Sum(s => s.Count(Split.Train)), after.Sum(s => s.Count(Split.Train)));
        Assert.Equal(before.Select(s => s.Splits.Test.Count), after.Select(s => s.Splits.Test.Count));
        Assert.Contains(after.SelectMany(s => s.Splits.Train.Select(c => (s.Site, c.Name))), c => c.Name.Contains('.') && !c.Name.StartsWith(c.Site, StringComparison.Ordinal));
    }

    [Fact]
    public void Cache_smallerThanTheData_changesNoBit()
    {
        using var scope = NewDisposeScope();
        MadeData.Segmentation(folder.Path, "north", 4, 300, 300);
        var run = MadeData.SegmentationRun(folder.Path);
        float[] Walk(int mib)
        {
            var site = SiteImages.Open(run with { Data = run.Data with { CacheMiB = mib } }).Single();
            return [.. Enumerable.Range(0, 2).SelectMany(_ => Enumerable.Range(0, site.Count(Split.Train)).Select(i => site.Batch([i], 1).Images.sum().item<float>()))];
        }

        Assert.Equal(Walk(1024), Walk(1));
    }

    [Fact]
    public void Batch_inAScope_leavesNoTensorBehind()
    {
        MadeData.Segmentation(folder.Path, "north", 3);
        var site = SiteImages.Open(MadeData.SegmentationRun(folder.Path)).Single();
        long live;
        using (var outer = NewDisposeScope())
        {
            var batch = site.Batch([0, 1], 1);
            live = outer.DisposablesCount;
            Assert.False(batch.Images.IsInvalid);
        }
        Assert.Equal(2, live);
    }

    [Fact]
    public void Pooled_sites_areOneInSiteOrder()
    {
        MadeData.Segmentation(folder.Path, "north", 3);
        MadeData.Segmentation(folder.Path, "south", 4);
        var sites = SiteImages.Open(MadeData.SegmentationRun(folder.Path));
        var all = SiteImages.Pooled(sites, "all");
        Assert.Equal(sites.Sum(s => s.Count(Split.Train)), all.Count(Split.Train));
        Assert.Equal("north." + sites[0].Splits.Train[0].Name, all.Splits.Train[0].Name);
        Assert.Equal(sites[1].Whole(Split.Train, 0).Input.Values, all.Whole(Split.Train, sites[0].Count(Split.Train)).Input.Values);
    }

    [Fact]
    public void Phantoms_withoutAnyData_areFourHospitalsWithFullSplits()
    {
        using var scope = NewDisposeScope();
        var sites = SiteImages.Open(new RunOptions());
        Assert.Equal(4, sites.Count);
        Assert.All(sites, s => Assert.All(Enum.GetValues<Split>(), split => Assert.True(s.Count(split) > 0)));
        Assert.Equal([2, 1, 64, 64], sites[3].Batch([0, 1], 1).Images.shape);
    }

    private void WriteVolumes()
    {
        for (var n = 0; n < 5; n++)
        {
            var shift = 100 * n;
            MadeData.Write(folder.Path, $"s/images/p{n}_0.nii", new Picture([.. Enumerable.Range(0, 60).Select(i => (float)(shift + i))], 1, 3, 4, 5));
            MadeData.Write(folder.Path, $"s/labels/p{n}_0.nii", new Picture([.. Enumerable.Range(0, 60).Select(i => i % 20 > 9 ? 1f : 0f)], 1, 3, 4, 5));
        }
    }

    private RunOptions Volumes(PreprocessingOptions preprocessing)
    {
        var run = MadeData.SegmentationRun(folder.Path);
        return run with { Network = run.Network with { Dimensions = 3 }, Preprocessing = preprocessing };
    }
}

