using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using RosFL.Runs;

namespace RosFL.Imaging.Formats;

/// <summary>The program dcm2niix. What it prints can hold names, so only the numbers of converted files are taken from it.</summary>
internal sealed partial class Dcm2niix(TimeSpan timeout, string program)
{
    public const string Name = "dcm2niix";

    /// <summary>Converts the files of one folder and returns how many of them went into a volume.</summary>
    public int Convert(string folder, string outFolder)
    {
        using var process = Start(["-f", "series_%s", "-b", "n", "-ba", "y", "-z", "n", "-o", outFolder, folder]);
        var converted = 0;
        process.OutputDataReceived += (_, line) => converted += Count(line.Data ?? "");
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(timeout))
        {
            process.Kill(entireProcessTree: true);
            throw new RosflException(ExitCode.InvalidFile,
                $"{Name} did not end within {timeout}; convert fewer series at a time or check the files with it by hand.");
        }
        process.WaitForExit(); // the overload without a time also waits for the last lines
        return converted;
    }

    private Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new RosflException(ExitCode.MissingProgram,
                $"DICOM is converted by the program {Name}, which is not found; install the package '{Name}' (Debian, Ubuntu, conda-forge, Homebrew).", e);
        }
    }

    private static int Count(string line) =>
        Converted().Match(line) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^Convert ([0-9]{1,7}) DICOM as ")]
    private static partial Regex Converted();
}
