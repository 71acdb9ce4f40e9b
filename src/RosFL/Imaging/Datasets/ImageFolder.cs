using RosFL.Imaging.Formats;
using RosFL.Imaging.Splits;

namespace RosFL.Imaging.Datasets;

/// <summary>The images of one folder by their names without endings, in name order.</summary>
internal sealed class ImageFolder
{
    /// <summary>Endings of notes that lie beside images (dcm2niix and BIDS write them); anything else that is no image is a problem.</summary>
    private static readonly string[] Notes = [".json", ".txt", ".md", ".csv", ".tsv", ".bval", ".bvec"];

    private ImageFolder(string path) => Path = path;

    public string Path { get; }

    public SortedDictionary<string, string> Images { get; } = new(StringComparer.Ordinal);

    public List<FileProblem> Problems { get; } = [];

    public List<string> Ignored { get; } = [];

    /// <summary>Lists the folder; one that is absent has no images.</summary>
    public static ImageFolder Open(string path)
    {
        var folder = new ImageFolder(path);
        if (!Directory.Exists(path))
            return folder;
        foreach (var file in Directory.EnumerateFiles(path).Order(StringComparer.Ordinal))
            folder.Add(file);
        return folder;
    }

    private void Add(string file)
    {
        var name = System.IO.Path.GetFileName(file);
        if (name.StartsWith('.') || Notes.Contains(System.IO.Path.GetExtension(name), StringComparer.OrdinalIgnoreCase))
            Ignored.Add(file);
        else if (!PictureFile.Recognises(file))
            Problems.Add(new(file, $"has the ending '{System.IO.Path.GetExtension(name)}', which is no image format that is read: convert it or move it away"));
        else if (!Images.TryAdd(FileNames.Stem(file), file))
            Problems.Add(new(file, $"has the same name as '{System.IO.Path.GetFileName(Images[FileNames.Stem(file)])}' but for its ending: keep one of them"));
    }
}
