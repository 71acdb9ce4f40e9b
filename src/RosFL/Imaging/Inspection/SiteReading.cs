using RosFL.Imaging.Datasets;
using RosFL.Imaging.Formats;
using RosFL.Runs;

namespace RosFL.Imaging.Inspection;

/// <summary>Reads all files of one site and keeps sums of them only.</summary>
internal sealed class SiteReading
{
    /// <summary>More different values than this are an image, not labels.</summary>
    private const int MostLabels = 256;

    private readonly List<FileProblem> problems = [];
    private readonly List<string> shapes = [], spacings = [];
    private readonly IntensitySums inputs = new(), targets = new();
    private readonly SortedDictionary<float, (int Images, long Pixels)> labels = [];

    public static SiteInspection Inspect(string folder, DataLayout layout, StudyTask task, bool simulateCt)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var reading = new SiteReading();
        var listing = reading.List(folder, layout, task, simulateCt);
        foreach (var files in listing.Cases)
            reading.Read(files, task == StudyTask.Segmentation);
        var pixels = reading.labels.Values.Sum(l => l.Pixels);
        return new SiteInspection(name, listing.Cases.Count, listing.Cases.Count(c => c.Mask is not null), Count(reading.shapes), Count(reading.spacings),
            reading.inputs.Range, reading.targets.Range,
            [.. reading.labels.Select(l => new LabelTally(l.Key, l.Value.Images, l.Value.Pixels / (double)pixels))],
            [.. listing.Problems, .. reading.problems], listing.Ignored);
    }

    private FolderListing List(string folder, DataLayout layout, StudyTask task, bool simulateCt)
    {
        try
        {
            return DatasetCatalog.List(layout, folder, task, simulateCt);
        }
        catch (RosflException error)
        {
            problems.Add(new(folder, error.Message));
            return new([], [], []);
        }
    }

    private void Read(CaseFiles files, bool labels)
    {
        var inputs = files.Inputs.Select(TryRead).OfType<Picture>().ToArray();
        foreach (var input in inputs)
            this.inputs.Add(input);
        if (inputs.Length == files.Inputs.Count)
        {
            shapes.Add(string.Join("x", [inputs.Sum(i => i.Channels), .. inputs[0].Size]));
            spacings.Add(string.Join("x", inputs[0].SpacingMm.Select(mm => Math.Round(mm, 3))));
        }
        var target = files.Target is null ? null : TryRead(files.Target);
        CompareSizes(files.Target, target, inputs);
        CompareSizes(files.Mask, files.Mask is null ? null : TryRead(files.Mask), inputs);
        if (target is not null && labels)
            CountLabels(files.Target!, target); // a target was read from its file
        else if (target is not null)
            targets.Add(target);
    }

    /// <summary>The one place where a refused file does not end the work: the list of all of them is the result.</summary>
    private Picture? TryRead(string file)
    {
        try
        {
            return PictureFile.Read(file);
        }
        catch (RosflException error)
        {
            problems.Add(new(file, error.Message));
            return null;
        }
    }

    private void CompareSizes(string? file, Picture? picture, Picture[] inputs)
    {
        if (file is not null && picture is not null && inputs.Length > 0 && !inputs.All(i => i.SameSize(picture)))
            problems.Add(new(file, $"has size {string.Join("x", picture.Size.ToArray())} where its image has {string.Join("x", inputs[0].Size.ToArray())}: export both on one grid"));
    }

    private void CountLabels(string file, Picture target)
    {
        var counts = new Dictionary<float, long>();
        foreach (var value in target.Values)
            if (counts.Count <= MostLabels)
                counts[value] = counts.GetValueOrDefault(value) + 1;
        if (counts.Count > MostLabels || counts.Keys.Any(v => v < 0 || v != MathF.Floor(v)))
        {
            problems.Add(new(file, "holds other values than a few whole numbers from 0 up, so it is no label map: export the labels without interpolation"));
            return;
        }
        foreach (var (value, pixels) in counts)
        {
            var (images, before) = labels.GetValueOrDefault(value);
            labels[value] = (images + 1, before + pixels);
        }
    }

    private static Tally[] Count(List<string> values) => [.. values.GroupBy(v => v).OrderByDescending(g => g.Count()).Select(g => new Tally(g.Key, g.Count()))];
}

