using RosFL.Runs;

namespace RosFL.Imaging.Datasets;

/// <summary>
/// A plain folder a site: <c>images</c> and <c>labels</c>, or <c>input</c> and <c>target</c>, or <c>images</c> alone for the CT simulator;
/// files of one name belong together whatever their endings. <c>fov</c> masks are optional; other folders are ignored.
/// </summary>
internal static class FoldersLayout
{
    private const string Images = "images", Labels = "labels", Input = "input", Target = "target", Mask = "fov";

    public static bool Fits(string folder) => Directory.Exists(Path.Combine(folder, Images)) || Directory.Exists(Path.Combine(folder, Input));

    /// <summary>What the sub-folders of a site say about the study: task, and whether inputs are to be simulated.</summary>
    public static (StudyTask Task, bool SimulateCt) Guess(string folder) =>
        Directory.Exists(Path.Combine(folder, Input)) ? (StudyTask.Restoration, false)
        : Directory.Exists(Path.Combine(folder, Labels)) ? (StudyTask.Segmentation, false)
        : (StudyTask.Restoration, true);

    public static FolderListing List(string folder, StudyTask task, bool simulateCt)
    {
        string input = simulateCt || task == StudyTask.Segmentation ? Images : Input;
        string? target = simulateCt ? null : task == StudyTask.Segmentation ? Labels : Target;
        var known = new[] { input, target, Mask };
        var others = Directory.EnumerateFileSystemEntries(folder).Where(e => !known.Contains(Path.GetFileName(e))).Order(StringComparer.Ordinal);
        return Pair(folder, input, target, others);
    }

    private static FolderListing Pair(string folder, string input, string? target, IEnumerable<string> others)
    {
        var inputs = ImageFolder.Open(Path.Combine(folder, input));
        var targets = target is null ? null : ImageFolder.Open(Path.Combine(folder, target));
        var masks = ImageFolder.Open(Path.Combine(folder, Mask));
        List<FileProblem> problems = [.. inputs.Problems, .. targets?.Problems ?? [], .. masks.Problems];
        if (inputs.Images.Count == 0)
            problems.Add(new(inputs.Path, "holds no images: put the site's images there, or remove the site"));
        if (targets is not null)
            problems.AddRange([.. Unpaired(inputs, targets), .. Unpaired(targets, inputs)]);
        if (masks.Images.Count > 0)
            problems.AddRange([.. Unpaired(inputs, masks), .. Unpaired(masks, inputs)]);
        var cases = inputs.Images.Where(i => targets is null || targets.Images.ContainsKey(i.Key))
            .Select(i => new CaseFiles(i.Key, [i.Value], targets?.Images[i.Key], masks.Images.GetValueOrDefault(i.Key)));
        return new([.. cases], problems, [.. inputs.Ignored, .. targets?.Ignored ?? [], .. masks.Ignored, .. others]);
    }

    private static IEnumerable<FileProblem> Unpaired(ImageFolder these, ImageFolder those) =>
        these.Images.Where(i => !those.Images.ContainsKey(i.Key))
            .Select(i => new FileProblem(i.Value, $"has no file of the same name in '{Path.GetFileName(those.Path)}': add it, or move this one away"));
}
