using System.Diagnostics;

namespace RosFL.Bench;

/// <summary>
/// Times several ways of doing one thing in turns, so that whatever else the machine does falls on all of them alike; ratios of medians
/// are then steadier than the medians.
/// </summary>
internal static class Interleaved
{
    /// <summary>Count the process's processor time instead of the clock's: with one thread, what others do on the machine then falls on nobody.</summary>
    public static bool ByProcessorTime { get; set; }

    /// <summary>The median of each way in milliseconds, after one round of warming up.</summary>
    public static double[] Medians(int reps, params Action[] ways)
    {
        foreach (var way in ways) way();
        var times = ways.Select(_ => new List<double>()).ToArray();
        for (var rep = 0; rep < reps; rep++)
            for (var i = 0; i < ways.Length; i++)
            {
                var start = Milliseconds();
                ways[i]();
                times[i].Add(Milliseconds() - start);
            }
        return [.. times.Select(Median)];
    }

    private static double Milliseconds() =>
        ByProcessorTime ? Environment.CpuUsage.TotalTime.TotalMilliseconds : Stopwatch.GetTimestamp() * 1000.0 / Stopwatch.Frequency;

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
