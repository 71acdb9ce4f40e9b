using System.Globalization;
using System.Text.Json;
using RosFL.Runs;

namespace RosFL.Imaging.Datasets;

/// <summary>
/// nnU-Net raw data (Isensee et al. 2021): <c>dataset.json</c> of version 2 (<c>channel_names</c>, <c>file_ending</c>) or 1 (<c>modality</c>),
/// <c>imagesTr/NAME_0000.ext</c> with one file a channel, <c>labelsTr/NAME.ext</c>. A set of one channel may lack the suffix, as in the
/// Medical Segmentation Decathlon. <c>imagesTs</c> has no labels and is ignored.
/// </summary>
internal static class NnUNetLayout
{
    private const string Description = "dataset.json", Images = "imagesTr", Labels = "labelsTr";

    public static bool Fits(string folder) => File.Exists(Path.Combine(folder, Description));

    public static FolderListing List(string folder)
    {
        var channels = Channels(Path.Combine(folder, Description));
        var images = ImageFolder.Open(Path.Combine(folder, Images));
        var labels = ImageFolder.Open(Path.Combine(folder, Labels));
        var (problems, cases, used) = (new List<FileProblem>([.. images.Problems, .. labels.Problems]), new List<CaseFiles>(), new HashSet<string>());
        if (labels.Images.Count == 0)
            problems.Add(new(labels.Path, "holds no labels: put the label maps there"));
        foreach (var (name, label) in labels.Images)
        {
            var wanted = Wanted(name, channels, images);
            var found = wanted.Where(images.Images.ContainsKey).ToArray();
            used.UnionWith(found);
            if (found.Length == wanted.Length)
                cases.Add(new CaseFiles(name, [.. found.Select(f => images.Images[f])], label));
            else
                problems.Add(new(label, $"has {found.Length} of its {wanted.Length} channels in {Images}: add {string.Join(", ", wanted.Except(found))}, or remove the labels"));
        }
        problems.AddRange(images.Images.Where(i => !used.Contains(i.Key)).Select(i => new FileProblem(i.Value, $"belongs to no file in {Labels}: add its labels, or remove the image")));
        return new(cases, problems, [.. images.Ignored, .. labels.Ignored, .. Others(folder)]);
    }

    private static string[] Wanted(string name, int channels, ImageFolder images) =>
        channels == 1 && images.Images.ContainsKey(name)
            ? [name]
            : [.. Enumerable.Range(0, channels).Select(c => name + "_" + c.ToString("0000", CultureInfo.InvariantCulture))];

    private static IEnumerable<string> Others(string folder) =>
        Directory.EnumerateFileSystemEntries(folder).Where(e => Path.GetFileName(e) is not (Description or Images or Labels)).Order(StringComparer.Ordinal);

    private static int Channels(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            if ((root.TryGetProperty("channel_names", out var names) || root.TryGetProperty("modality", out names))
                && names.ValueKind == JsonValueKind.Object && names.EnumerateObject().Any())
                return names.EnumerateObject().Count();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new RosflException(ExitCode.InvalidFile, $"File '{path}' is no JSON object: export the nnU-Net data set again.", error);
        }
        throw new RosflException(ExitCode.InvalidFile, $"File '{path}' does not say its channels: nnU-Net needs channel_names (version 2) or modality (version 1) with one entry a channel.");
    }
}
