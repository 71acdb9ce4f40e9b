namespace RosFL.Imaging.Formats;

/// <summary>Reads and writes pictures of every format, which the name's extension picks and the content must confirm.</summary>
public static class PictureFile
{
    /// <summary>True where the extension is one that <see cref="Read"/> knows; the file is not opened.</summary>
    public static bool Recognises(string path) => FormatOf(path) != Format.Unknown;

    /// <summary>
    /// Reads a picture: (1, H, W) or (3, H, W) from pixels, (C, D, H, W) or (C, H, W) from volumes; numbers as stored, NIfTI's slope applied.
    /// </summary>
    /// <exception cref="RosFL.Runs.RosflException">The file is missing, malformed or of no known format.</exception>
    public static Picture Read(string path)
    {
        var file = new SourceFile(path);
        return FormatOf(path) switch
        {
            Format.Nifti => NiftiFile.Read(path),
            Format.Png => PngFile.Read(path),
            Format.Tiff => TiffFile.Read(path),
            Format.Jpeg => JpegFile.Read(path),
            Format.Mat => MatFile.ReadPicture(path),
            Format.Npy => NpyFile.Read(path).ToPicture(file),
            _ => throw Unknown(file),
        };
    }

    /// <summary>
    /// Writes a picture as .nii, .nii.gz, .npy, .tif (float32 or labels) or .png. A NIfTI <paramref name="reference"/> gives NIfTI output its
    /// axes and place. PNG holds integers: values are rounded and clipped to 0..255, or 0..65535 for gray pictures that exceed 255.
    /// </summary>
    /// <exception cref="RosFL.Runs.RosflException">The format is not written, or the picture does not fit the reference or the type.</exception>
    public static void Write(string path, Picture picture, string? reference = null, StoredType type = StoredType.Float32)
    {
        var place = reference is not null && FormatOf(reference) == Format.Nifti ? reference : null;
        switch (FormatOf(path))
        {
            case Format.Nifti: NiftiFile.Write(path, picture, place, type); break;
            case Format.Npy: NpyFile.Write(path, picture); break;
            case Format.Tiff: TiffFile.Write(path, picture, type); break;
            case Format.Png: PngFile.Write(path, picture, picture.Channels == 1 && picture.Values.Max() > byte.MaxValue ? 16 : 8); break;
            default: throw Unknown(new SourceFile(path));
        }
    }

    private static Format FormatOf(string path)
    {
        var name = Path.GetFileName(path).ToLowerInvariant();
        return name.EndsWith(".nii.gz", StringComparison.Ordinal) ? Format.Nifti : Path.GetExtension(name) switch
        {
            ".nii" => Format.Nifti,
            ".png" => Format.Png,
            ".tif" or ".tiff" => Format.Tiff,
            ".jpg" or ".jpeg" => Format.Jpeg,
            ".mat" => Format.Mat,
            ".npy" => Format.Npy,
            _ => Format.Unknown,
        };
    }

    private static Runs.RosflException Unknown(SourceFile file) => file.Refused(
        $"has the extension '{Path.GetExtension(file.Name)}'",
        "read are .nii, .nii.gz, .png, .tif, .tiff, .jpg, .jpeg, .mat and .npy, written .nii, .nii.gz, .png, .tif and .npy");

    private enum Format { Unknown, Nifti, Png, Tiff, Jpeg, Mat, Npy }
}
