using System.Globalization;

namespace RosFL.Imaging.Datasets;

/// <summary>
/// The published program's <c>geometry_k/{train,test}/{input,label,projection,geometry}/*.mat</c>: the site's own split, no validation. Projections and
/// geometry vectors are not used.
/// </summary>
internal static class GeometryLayout
{
    private const string Prefix = "geometry_";

    private static readonly (string Folder, Split Split)[] Parts = [("train", Split.Train), ("test", Split.Test)];

    public static bool Fits(string folder) => Number(folder) is not null && Directory.Exists(Path.Combine(folder, "train"));

    /// <summary>Site folders in the order of their numbers, so that geometry_10 follows geometry_9.</summary>
    public static int? Number(string folder)
    {
        var name = Path.GetFileName(folder);
        return name.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var k) ? k : null;
    }

    public static FolderListing List(string folder)
    {
        var (cases, problems, ignored) = (new List<CaseFiles>(), new List<FileProblem>(), new List<string>());
        foreach (var (part, split) in Parts)
        {
            var inputs = ImageFolder.Open(Path.Combine(folder, part, "input"));
            var labels = ImageFolder.Open(Path.Combine(folder, part, "label"));
            problems.AddRange([.. inputs.Problems, .. labels.Problems]);
            ignored.AddRange([.. inputs.Ignored, .. labels.Ignored]);
            if (inputs.Images.Count == 0)
                problems.Add(new(inputs.Path, "holds no images: the layout needs both train and test"));
            foreach (var (name, file) in inputs.Images)
                if (labels.Images.TryGetValue(name, out var label))
                    cases.Add(new CaseFiles($"{part}.{name}", [file], label, Fixed: split));
                else
                    problems.Add(new(file, "has no file of the same name in 'label': add it, or remove the image"));
            problems.AddRange(labels.Images.Where(l => !inputs.Images.ContainsKey(l.Key)).Select(l => new FileProblem(l.Value, "has no file of the same name in 'input': add it, or remove the file")));
        }
        return new(cases, problems, ignored);
    }
}
