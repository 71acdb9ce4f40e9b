using System.ComponentModel;
using System.Diagnostics;
using RosFL.Runs;

namespace RosFL.Imaging.Formats;

/// <summary>One run of a program that converts files. What it prints can hold names of persons, so it goes nowhere but to the caller's pattern.</summary>
internal static class ConverterProcess
{
    /// <param name="line">Hears each line of the standard output.</param>
    /// <returns>The exit code; null where there is no such program.</returns>
    /// <exception cref="RosflException">It did not end in time.</exception>
    public static int? Run(string program, string[] arguments, TimeSpan timeout, Action<string>? line = null)
    {
        using var process = Start(program, arguments);
        if (process is null)
            return null;
        process.OutputDataReceived += (_, heard) => line?.Invoke(heard.Data ?? "");
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(timeout))
        {
            process.Kill(entireProcessTree: true);
            throw new RosflException(ExitCode.InvalidFile,
                $"{Path.GetFileName(program)} did not end within {timeout}; convert fewer series at a time or check the files with it by hand.");
        }
        process.WaitForExit(); // the overload without a time also waits for the last lines
        return process.ExitCode;
    }

    private static Process? Start(string program, string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false });
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
