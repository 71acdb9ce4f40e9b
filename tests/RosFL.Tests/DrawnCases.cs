using CsCheck;

namespace RosFL.Tests;

/// <summary>Rules that must hold for whatever is drawn: the same cases at each run, and with ROSFL_LONG_TESTS=1 new ones, of which the smallest that breaks the rule is shown with its seed.</summary>
internal static class DrawnCases
{
    private const uint Stream = 1;
    private const ulong Seed = 1;

    public static bool AreNew { get; } = Environment.GetEnvironmentVariable("ROSFL_LONG_TESTS") == "1";

    /// <param name="rule">Throws where it does not hold.</param>
    public static void Check<T>(this Gen<T> cases, int count, Action<T> rule)
    {
        if (AreNew)
        {
            cases.Sample(rule, iter: count, threads: 1);
            return;
        }
        var chance = new PCG(Stream, Seed);
        for (var i = 0; i < count; i++) rule(cases.Generate(chance, null, out _));
    }
}
