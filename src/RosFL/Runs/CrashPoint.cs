using System.Diagnostics;

namespace RosFL.Runs;

/// <summary>
/// Kills this process at a named point, for tests of what a kill may not do: ROSFL_CRASH_AT=hospital-1:site-prepared:2 kills the party hospital-1
/// when it comes to that point for the second time. Without the variable every point is passed over.
/// </summary>
public static class CrashPoint
{
    public const string Variable = "ROSFL_CRASH_AT";

    private static readonly string[]? Wanted = Environment.GetEnvironmentVariable(Variable)?.Split(':');
    private static int passed;

    /// <summary>Which party this process is: the site's name, "aggregate" or "compute".</summary>
    public static string Party { get; set; } = "";

    public static void Reach(string point)
    {
        if (Wanted is null || Wanted[0] != Party || Wanted[1] != point) return;
        if (Interlocked.Increment(ref passed) != int.Parse(Wanted[2], System.Globalization.CultureInfo.InvariantCulture)) return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
