using System.Globalization;
using RosFL.Runs;

namespace RosFL.Imaging.Formats;

/// <summary>
/// DICOM series to NIfTI through dcm2niix (Li et al. 2016), the field's converter; what it cannot decompress goes through gdcmconv first. It sees the files under neutral names, and every text
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
    /// <param name="decompressor">The program for compressions that the converter lacks; used where it is installed.</param>
    /// <exception cref="RosflException">dcm2niix is not installed or exceeds the timeout, or no file could be converted.</exception>
    public static DicomConversion Convert(string folder, string outFolder, TimeSpan? timeout = null, string program = Dcm2niix.Name, string decompressor = Gdcmconv.Name)
    {
        if (!Directory.Exists(folder))
            throw new RosflException(ExitCode.InvalidFile, $"DICOM folder '{folder}' does not exist; name a folder that does.");
        var limit = timeout ?? TimeSpan.FromMinutes(30);
        var (converter, decoder) = (new Dcm2niix(limit, program), new Gdcmconv(limit, decompressor));
        var work = Directory.CreateTempSubdirectory("rosfl-dicom-").FullName;
        try
        {
            return Convert(converter, decoder, folder, outFolder, work);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static DicomConversion Convert(Dcm2niix converter, Gdcmconv decoder, string folder, string outFolder, string work)
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
        if (converted < images.Count && Decompressed(converter, decoder, images, refused, work) is { } readable)
        {
            images = readable;
            // a series may have been compressed in part, and belongs together
            (converted, files) = Run(converter, images, Path.Combine(work, "again"));
        }
        var volumes = Publish(files, outFolder, refused);
        return volumes.Count > 0 ? new DicomConversion(volumes, refused, Math.Max(0, images.Count - converted)) : throw NothingConverted(folder, refused);
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

    /// <summary>
    /// All files that the converter reads, in their order, decompressed where it lacks the compression; null where none changed. The
    /// converter leaves files out without saying which, so each is tried alone; one that it never takes is refused.
    /// </summary>
    private static List<string>? Decompressed(Dcm2niix converter, Gdcmconv decoder, List<string> images, List<RefusedFile> refused, string work)
    {
        var readable = new List<string>();
        for (var i = 0; i < images.Count; i++)
        {
            bool IsTaken(string file, string place) => Run(converter, [file], Path.Combine(work, $"{place}{i}")).Converted > 0;
            var plain = Path.Combine(work, string.Create(CultureInfo.InvariantCulture, $"plain{i:d6}.dcm"));
            if (IsTaken(images[i], "one"))
                readable.Add(images[i]);
            else if (decoder.Decompress(images[i], plain) && IsTaken(plain, "plain"))
                readable.Add(plain);
            else
                refused.Add(new RefusedFile(images[i], Objection(images[i], decoder)));
        }
        return readable.SequenceEqual(images) || readable.Count == 0 ? null : readable;
    }

    private static string Objection(string image, Gdcmconv decoder) => DicomHeader.Compression(image) is not { } compression
        ? $"is not taken by {Dcm2niix.Name}, which finds no image in it or finds it damaged; export it again"
        : decoder.IsMissing
            ? $"is compressed as {compression}, which {Dcm2niix.Name} does not read; install {Gdcmconv.Name} (package 'libgdcm-tools' on Debian and Ubuntu, 'gdcm' on conda-forge and Homebrew) and import again"
            : $"is compressed as {compression}, which neither {Dcm2niix.Name} nor {Gdcmconv.Name} can read; export it without compression";

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
