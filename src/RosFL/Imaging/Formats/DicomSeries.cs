using System.Globalization;
using RosFL.Runs;

namespace RosFL.Imaging.Formats;

/// <summary>
/// DICOM series to NIfTI through dcm2niix (Li et al. 2016), the field's converter. It sees the files under neutral names, and every text
/// is stripped from what it writes, so that nothing about a person leaves the DICOM folder.
/// </summary>
public static class DicomSeries
{
    private static readonly EnumerationOptions Everywhere = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden };

    /// <summary>
    /// Converts all images below <paramref name="folder"/> to <c>series_001.nii.gz</c>, ... in <paramref name="outFolder"/>. A file that is no
    /// DICOM image, or that the converter does not take, is listed as refused.
    /// </summary>
    /// <param name="timeout">For one run of the converter; 30 minutes unless told.</param>
    /// <param name="program">The converter's name on the PATH, or its path.</param>
    /// <exception cref="RosflException">dcm2niix is not installed or exceeds the timeout, or no file could be converted.</exception>
    public static DicomConversion Convert(string folder, string outFolder, TimeSpan? timeout = null, string program = Dcm2niix.Name)
    {
        if (!Directory.Exists(folder))
            throw new RosflException(ExitCode.InvalidFile, $"DICOM folder '{folder}' does not exist; name a folder that does.");
        var converter = new Dcm2niix(timeout ?? TimeSpan.FromMinutes(30), program);
        var work = Directory.CreateTempSubdirectory("rosfl-dicom-").FullName;
        try
        {
            return Convert(converter, folder, outFolder, work);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static DicomConversion Convert(Dcm2niix converter, string folder, string outFolder, string work)
    {
        var refused = new List<RefusedFile>();
        var images = new List<string>();
        foreach (var path in Directory.EnumerateFiles(folder, "*", Everywhere).Order(StringComparer.Ordinal))
        {
            if (DicomHeader.Objection(path) is { } objection)
                refused.Add(new RefusedFile(path, objection));
            else
                images.Add(path);
        }
        if (images.Count == 0)
            throw NothingConverted(folder, refused);
        var (converted, files) = Run(converter, images, Path.Combine(work, "all"));
        var missing = images.Count - converted;
        if (missing > 0)
        {
            var unreadable = Unreadable(converter, images, work);
            refused.AddRange(unreadable);
            missing -= unreadable.Count;
        }
        var volumes = Publish(files, outFolder, refused);
        return volumes.Count > 0 ? new DicomConversion(volumes, refused, Math.Max(0, missing)) : throw NothingConverted(folder, refused);
    }

    /// <summary>Converts the files together; overlays, which the converter writes as volumes of their own, are left out.</summary>
    private static (int Converted, string[] Files) Run(Dcm2niix converter, IReadOnlyList<string> images, string work)
    {
        var (input, output) = (Path.Combine(work, "in"), Path.Combine(work, "out"));
        Directory.CreateDirectory(input);
        Directory.CreateDirectory(output);
        for (var i = 0; i < images.Count; i++)
            Lend(images[i], Path.Combine(input, i.ToString("d6", CultureInfo.InvariantCulture) + ".dcm"));
        var converted = converter.Convert(input, output);
        var files = Directory.GetFiles(output, "*.nii").Where(path => !path.Contains("_ROI", StringComparison.Ordinal));
        return (converted, [.. files.Order(StringComparer.Ordinal)]);
    }

    /// <summary>Finds the files that the converter does not take even alone; it leaves them out without saying which.</summary>
    private static List<RefusedFile> Unreadable(Dcm2niix converter, List<string> images, string work)
    {
        var unreadable = new List<RefusedFile>();
        for (var i = 0; i < images.Count; i++)
        {
            if (Run(converter, [images[i]], Path.Combine(work, $"one{i}")).Converted == 0)
                unreadable.Add(new RefusedFile(images[i], "is not taken by dcm2niix, which lacks its compression or finds it damaged; decompress it with gdcmconv --raw"));
        }
        return unreadable;
    }

    private static List<string> Publish(string[] files, string outFolder, List<RefusedFile> refused)
    {
        Directory.CreateDirectory(outFolder);
        var volumes = new List<string>();
        foreach (var converted in files)
        {
            var volume = Path.Combine(outFolder, string.Create(CultureInfo.InvariantCulture, $"series_{volumes.Count + 1:d3}.nii.gz"));
            try
            {
                NiftiFile.CopyWithoutTexts(converted, volume);
                volumes.Add(volume);
            }
            catch (RosflException e)
            {
                refused.Add(new RefusedFile(converted, $"was converted to a volume that is no image of numbers in space ({e.Message})"));
            }
        }
        return volumes;
    }

    private static void Lend(string image, string place)
    {
        if (OperatingSystem.IsWindows()) // where links need a right of their own
            File.Copy(image, place);
        else
            File.CreateSymbolicLink(place, Path.GetFullPath(image));
    }

    private static RosflException NothingConverted(string folder, List<RefusedFile> refused) => new(ExitCode.InvalidFile,
        refused.Count == 0
            ? $"Folder '{folder}' holds no file; name a folder of DICOM images."
            : $"None of the {refused.Count} files in '{folder}' became a volume: '{Path.GetFileName(refused[0].Path)}' {refused[0].Reason}.");
}
