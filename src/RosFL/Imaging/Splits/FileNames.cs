namespace RosFL.Imaging.Splits;

/// <summary>Names of image files without their endings, by which images, labels and masks belong together.</summary>
internal static class FileNames
{
    private static readonly string[] Endings =
        [".nii.gz", ".nii", ".png", ".tiff", ".tif", ".jpeg", ".jpg", ".mat", ".npy", ".bmp", ".gif", ".dcm", ".mha", ".nrrd"];

    /// <summary>"a/scan_01.nii.gz" gives "scan_01". Only known endings are cut, since names may hold dots.</summary>
    public static string Stem(string path)
    {
        var name = Path.GetFileName(path);
        var ending = Array.Find(Endings, e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase));
        return ending is null ? name : name[..^ending.Length];
    }
}
