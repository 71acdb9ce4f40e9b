using System.Globalization;
using System.Text.RegularExpressions;
using RosFL.Runs;

namespace RosFL.Imaging.Formats;

/// <summary>The program dcm2niix. Only the numbers of converted files are taken from what it prints.</summary>
internal sealed partial class Dcm2niix(TimeSpan timeout, string program)
{
    public const string Name = "dcm2niix";

    /// <summary>Converts the files of one folder and returns how many of them went into a volume.</summary>
    public int Convert(string folder, string outFolder)
    {
        var converted = 0;
        _ = ConverterProcess.Run(program, ["-f", "series_%s", "-b", "n", "-ba", "y", "-z", "n", "-o", outFolder, folder], timeout, line => converted += Count(line))
            ?? throw new RosflException(ExitCode.MissingProgram,
                $"DICOM is converted by the program {Name}, which is not found; install the package '{Name}' (Debian, Ubuntu, conda-forge, Homebrew).");
        return converted;
    }

    private static int Count(string line) =>
        Converted().Match(line) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^Convert ([0-9]{1,7}) DICOM as ")]
    private static partial Regex Converted();
}
