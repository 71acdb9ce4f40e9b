namespace RosFL.Imaging.Formats;

/// <summary>The program gdcmconv (Grassroots DICOM), which decompresses what dcm2niix cannot; it is used where it is installed.</summary>
internal sealed class Gdcmconv(TimeSpan timeout, string program)
{
    public const string Name = "gdcmconv";

    private bool missing;

    /// <summary>Whether the program was looked for and not found.</summary>
    public bool IsMissing => missing;

    /// <summary>Writes a copy without compression; false where that cannot be had.</summary>
    public bool Decompress(string file, string target)
    {
        if (missing)
            return false;
        var code = ConverterProcess.Run(program, ["--raw", file, target], timeout);
        missing = code is null;
        return code == 0 && File.Exists(target);
    }
}
