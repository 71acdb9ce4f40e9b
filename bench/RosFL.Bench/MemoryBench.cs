using System.Diagnostics;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Bench;

/// <summary>
/// Live tensors and resident memory over many steps, which must be flat, and the peak of a simulation with few and with many sites. One
/// repetition is 100 steps.
/// </summary>
internal static class MemoryBench
{
    private const int StepsPerRepetition = 100;

    public static void Run(BenchOptions options)
    {
        OverSteps(options);
        OverSites(options);
    }

    private static void OverSteps(BenchOptions options)
    {
        var table = new Table($"Memory over {options.Reps * StepsPerRepetition} steps, RED-CNN 32, 64 px, batch 4", "steps", "live tensors", "resident MiB");
        var run = BenchRun.RedCnn(32).With(options, MemoryLayout.ChannelsLast);
        using var step = new SplitStep(run);
        var images = BenchRun.Batch(run, 4, 64);
        step.Run(images);
        for (var rep = 0; rep <= options.Reps; rep++)
        {
            table.Row($"{rep * StepsPerRepetition}", $"{Tensor.TotalCount}", $"{ResidentMiB():f0}");
            for (var i = 0; rep < options.Reps && i < StepsPerRepetition; i++) step.Run(images);
        }
    }

    /// <summary>Each number of sites in a process of its own, because memory once taken is not given back.</summary>
    private static void OverSites(BenchOptions options)
    {
        var table = new Table("Peak memory of a simulation, RED-CNN 96, 64 px, batch 1, two rounds of two steps", "sites", "peak resident MiB");
        foreach (var sites in new[] { 4, 32 })
        {
            using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
                [SitesMemory.Name, "--sites", $"{sites}", "--threads", $"{options.Threads}"])
            { RedirectStandardOutput = true })!;
            var peak = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            table.Row($"{sites}", peak);
        }
    }

    private static double ResidentMiB()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1048576.0;
    }
}
