using RosFL.Runs;

namespace RosFL.Federation;

/// <summary>
/// A run as a networked study takes it: <c>privacy.secureAggregation</c> says what <c>auto</c> stands for, and the arithmetic that follows is spelled
/// out, so that one study has one manifest whether or not its run file spells out the defaults.
/// </summary>
/// <param name="WhyOff">Why <c>auto</c> stands for <c>none</c>, in one sentence; empty where it does not.</param>
public sealed record NetworkedRun(RunFile Run, string WhyOff)
{
    private const int FewestSites = 3;

    /// <param name="sites">How many take part.</param>
    /// <exception cref="RosflException">The run file sets options that do not go together with its secure aggregation.</exception>
    public static NetworkedRun Of(RunFile run, int sites, RunNames names)
    {
        var (kind, why) = run.Options.Privacy.SecureAggregation == SecureAggregationKind.Auto ? Default(run.Options, sites) : (run.Options.Privacy.SecureAggregation, "");
        return kind is SecureAggregationKind.Curious or SecureAggregationKind.Malicious
            ? new(run.With([Setting(kind)], names).With(["algorithm.merge=fixed24"], names), why)
            : new(run.With([Setting(kind)], names), why);
    }

    private static (SecureAggregationKind Kind, string WhyOff) Default(RunOptions run, int sites)
    {
        if (sites < FewestSites)
            return (SecureAggregationKind.None, $"Secure aggregation is off: it needs {FewestSites} sites and there are {sites}, of whom a sum would show each the other's part; the aggregation server sees every site's part.");
        return TakesMean(run) ? (SecureAggregationKind.Malicious, "")
            : (SecureAggregationKind.None, $"Secure aggregation is off: algorithm '{run.Algorithm.Name}' takes no mean over sites that could be hidden in a sum; the aggregation server sees every site's part.");
    }

    private static bool TakesMean(RunOptions run) => Algorithms.OptionsOf(run.Algorithm.Name).Contains("merge");

    private static string Setting(SecureAggregationKind kind) => $"privacy.secureAggregation={kind.ToString().ToLowerInvariant()}";
}
