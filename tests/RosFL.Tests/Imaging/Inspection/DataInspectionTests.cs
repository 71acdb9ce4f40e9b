using RosFL.Imaging.Inspection;
using RosFL.Runs;
using RosFL.Tests.Imaging.Datasets;
using RosFL.Tests.Imaging.Formats;

namespace RosFL.Tests.Imaging.Inspection;

/// <summary>Inspection names everything that is in a folder and every file that is wrong, all at once.</summary>
public sealed class DataInspectionTests : IDisposable
{
    private readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Inspection_ofTwoSites_tellsShapesRangesAndLabels()
    {
        MadeData.Segmentation(folder.Path, "north", 3);
        MadeData.Segmentation(folder.Path, "south", 2, 6, 7, label: 255);
        var found = DataInspection.Of(folder.Path);
        Assert.Equal((DataLayout.Folders, StudyTask.Segmentation), (found.Layout, found.Task));
        var north = found.Sites[0];
        Assert.Equal(("north", 6, 0), (north.Site, north.Cases, north.Masks));
        Assert.Equal([new Tally("1x4x5", 6)], north.Shapes);
        Assert.Equal((0, 69), (north.Input!.Lowest, north.Input.Highest));
        Assert.Equal([new LabelTally(0, 6, 0.5), new LabelTally(1, 6, 0.5)], north.Labels);
        Assert.Contains(found.Obstacles, o => o.Contains("preprocessing.binaryLabels", StringComparison.Ordinal));
        Assert.Contains(found.Obstacles, o => o.Contains("data.subjectPattern", StringComparison.Ordinal));
    }

    [Fact]
    public void Inspection_ofBadFiles_namesEachWithItsReason()
    {
        MadeData.Segmentation(folder.Path, "north", 3);
        folder.File("north/images/p0_0.png", [1, 2, 3]);
        File.Delete(folder.File("north/labels/p1_0.png"));
        MadeData.Write(folder.Path, "north/labels/p2_0.png", 9, 9, _ => 0);
        var problems = DataInspection.Of(folder.Path).Sites.Single().Problems;
        Assert.Equal(["p0_0.png", "p1_0.png", "p2_0.png"], problems.Select(p => Path.GetFileName(p.File)).Order());
        Assert.All(problems, p => Assert.NotEmpty(p.Reason));
    }

    [Fact]
    public void Inspection_withARun_findsWhatWouldStopIt()
    {
        MadeData.Segmentation(folder.Path, "north", 3);
        var run = MadeData.SegmentationRun(folder.Path);
        Assert.Empty(DataInspection.Of(folder.Path, run).Obstacles);
        Assert.Equal(6, DataInspection.Of(folder.Path, run with { Network = run.Network with { InputChannels = 3 } }).Obstacles.Count);
    }

    [Fact]
    public void Inspection_ofAFolderWithoutLayout_saysWhatIsNeeded()
    {
        folder.File("note.txt", [1]);
        var found = DataInspection.Of(folder.Path);
        Assert.Null(found.Layout);
        Assert.Contains("images and labels", found.Obstacles.Single(), StringComparison.Ordinal);
    }
}

