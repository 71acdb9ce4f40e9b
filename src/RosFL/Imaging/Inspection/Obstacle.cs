using RosFL.Runs;

namespace RosFL.Imaging.Inspection;

/// <summary>What would stop a training on inspected sites.</summary>
internal static class Obstacle
{
    /// <summary>What a run file for these data has to set.</summary>
    public static IEnumerable<string> WithoutRun(DataLayout layout, StudyTask task, IReadOnlyList<SiteInspection> sites)
    {
        foreach (var site in sites)
        {
            if (site.Problems.Count > 0)
                yield return $"Site '{site.Site}' has {site.Problems.Count} files with problems: correct or remove each of them.";
            if (site.Cases < 3 && layout != DataLayout.Geometry)
                yield return $"Site '{site.Site}' has {site.Cases} complete cases, too few for training, validation and test: add cases of other persons, or use it as an unseen site.";
            if (site.Shapes.Select(s => s.Value).Distinct().Count() > 1)
                yield return $"Images of site '{site.Site}' differ in size: set preprocessing.patch, or training.batch to 1.";
            if (site.Labels.Count > 0 && site.Labels.All(l => l.Value == 0))
                yield return $"No label of site '{site.Site}' is above 0: there is nothing to learn; check the label files.";
        }
        var channels = sites.SelectMany(s => s.Shapes).Select(s => s.Value.Split('x')[0]).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (channels.Length > 1)
            yield return $"Images have {string.Join(" and ", channels)} channels: a study needs one number; set preprocessing.channel, or convert them.";
        var values = sites.SelectMany(s => s.Labels).Select(l => l.Value).Distinct().Order().ToArray();
        if (task == StudyTask.Segmentation && values.Length > 0 && values[^1] >= values.Length)
            yield return $"Label values are {string.Join(", ", values)}, not 0 to {values.Length - 1}: set preprocessing.binaryLabels for masks of one structure, or renumber the labels.";
        if (layout != DataLayout.Geometry)
            yield return "Folders do not tell who is on the images: set data.subjectPattern or data.subjectsFile, or data.subjectIsFile when every file is a person of its own.";
    }

    /// <summary>Opens the sites as the run would and prepares every case.</summary>
    public static IEnumerable<string> WithRun(RunOptions run)
    {
        var (sites, refused) = Try(() => SiteImages.Open(run).Concat(SiteImages.OpenUnseen(run)).ToArray());
        if (refused is not null)
            yield return refused;
        foreach (var site in sites ?? [])
            foreach (var split in Enum.GetValues<Split>())
            {
                var cases = site.Splits[split];
                for (var i = 0; i < cases.Count; i++)
                    if (Try(() => site.Whole(split, i)).Refused is { } reason)
                        yield return reason;
            }
    }

    private static (T? Result, string? Refused) Try<T>(Func<T> work) where T : class
    {
        try
        {
            return (work(), null);
        }
        catch (RosflException error)
        {
            return (null, error.Message);
        }
    }
}
