using System.Diagnostics;
using RosFL.Runs;

namespace RosFL.Bench;

/// <summary>Runs a simulation of many sites and prints the process's peak memory in MiB; <see cref="MemoryBench"/> starts it.</summary>
internal static class SitesMemory
{
    public const string Name = "memory-of-sites";

    public static void Run(BenchOptions options)
    {
        var run = BenchRun.RedCnn().With(options, MemoryLayout.ChannelsLast);
        run = run with { Rounds = options.Reps, Training = run.Training with { Batch = 1 } };
        using (var study = new BenchStudy(run, options.Sites, images: 2, size: 64)) study.Run();
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"{process.PeakWorkingSet64 / 1048576.0:f0}");
    }
}
