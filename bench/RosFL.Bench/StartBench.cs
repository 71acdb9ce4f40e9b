using System.Diagnostics;

namespace RosFL.Bench;

/// <summary>How long the program takes to answer without computing: help, a wrong option, the look at the machine.</summary>
internal static class StartBench
{
    private static readonly string[][] Commands = [["--help"], ["simulate", "--help"], ["doctor"], ["simulate", "--fast"], ["init", "segmentation"]];

    public static void Run(BenchOptions options)
    {
        var table = new Table($"Answers of rosfl, median of {options.Reps}", "command", "ms");
        var ms = Interleaved.Medians(options.Reps, [.. Commands.Select(command => (Action)(() => Answer(command)))]);
        foreach (var (command, time) in Commands.Zip(ms)) table.Row($"`rosfl {string.Join(' ', command)}`", $"{time:f0}");
    }

    private static void Answer(string[] command)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "rosfl.exe" : "rosfl");
        using var process = Process.Start(new ProcessStartInfo(program, command) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
    }
}
