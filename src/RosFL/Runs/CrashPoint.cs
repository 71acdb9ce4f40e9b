using System.Diagnostics;
using System.Globalization;

namespace RosFL.Runs;

/// <summary>
/// Kills this process at a named point, for tests of what a kill may not do: ROSFL_CRASH_AT=site-prepared:2 kills it when it comes to that
/// point for the second time. Without <see cref="TestSwitches"/> every point is passed over.
/// </summary>
public static class CrashPoint
{
    public const string Variable = "ROSFL_CRASH_AT";

    /// <summary>The points of every round, in the order in which it comes to them; the first word says at which party.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "aggregate-begun", "compute-begun", "site-begun", "compute-forward", "site-forward", "compute-answered", "site-step", "compute-step", "site-prepared",
        "aggregate-trained", "compute-prepared", "aggregate-prepared", "aggregate-decided", "compute-told", "compute-committed", "site-told", "site-committed", "aggregate-told",
    ];

    /// <summary>The points between two messages of secure aggregation, between "aggregate-trained" and "compute-prepared".</summary>
    public static readonly IReadOnlyList<string> OfSecureAggregation =
        ["site-keyed", "site-shared", "site-masked", "site-signed", "site-revealed", "aggregate-summed", "site-opened", "aggregate-sealed"];

    /// <summary>The points after the last round: between the test's two evaluations, after them, and where a site knows that the study is over and still runs.</summary>
    public static readonly IReadOnlyList<string> OfTheEnd = ["aggregate-scored", "aggregate-tested", "site-finished"];

    private static string[]? wanted;
    private static int passed;

    internal static void Take(string setting) => wanted = setting.Split(':');

    public static void Reach(string point)
    {
        if (wanted is null || wanted[0] != point) return;
        if (Interlocked.Increment(ref passed) != int.Parse(wanted[1], CultureInfo.InvariantCulture)) return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
