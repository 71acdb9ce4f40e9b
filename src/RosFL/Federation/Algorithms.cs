using RosFL.Runs;

namespace RosFL.Federation;

/// <summary>The algorithms that a run file can name. A study adds its own with <see cref="Add"/>.</summary>
public static class Algorithms
{
    private static readonly Dictionary<string, (Func<RunOptions, Algorithm> Make, string[] Options)> Known = new(StringComparer.Ordinal)
    {
        ["centralized"] = (_ => new("centralized") { Body = BodyPlace.AtSite, Pooled = true }, []),
        ["local"] = (_ => new("local") { Body = BodyPlace.AtSite, Merges = false }, []),
        ["site-only"] = (_ => new("site-only") { Body = BodyPlace.Nowhere }, []),
        ["fedavg"] = (_ => new("fedavg") { Body = BodyPlace.AtSite }, []),
        ["fedprox"] = (run => new("fedprox") { Body = BodyPlace.AtSite, Hook = () => new ProximalHook(run.Algorithm.Mu ?? 0.01) }, ["mu"]),
        ["fedbn"] = (_ => new("fedbn") { Body = BodyPlace.AtSite, KeepsNormalisation = true }, []),
        ["scaffold"] = (_ => new("scaffold") { Body = BodyPlace.AtSite, Hook = () => new ScaffoldHook() }, []),
        ["split"] = (_ => new("split") { Body = BodyPlace.Shared, Order = SiteOrder.Relay }, []),
        ["splitfed-v1"] = (_ => new("splitfed-v1"), []),
        ["splitfed-v2"] = (_ => new("splitfed-v2") { Body = BodyPlace.Shared }, []),
        ["ros-fl"] = (run => new("ros-fl") { Correction = WeightCorrection.Of(run, run.Algorithm.Rule ?? CorrectionRule.Gradient) }, ["strength", "rule", "mu", "published"]),
        ["dc-sfl"] = (run => new("dc-sfl") { Correction = WeightCorrection.Of(run, CorrectionRule.Adam) }, ["mu", "published"]),
    };

    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>Makes an algorithm known under a name, with the options of <c>algorithm</c> that it reads; call it before the run file is read.</summary>
    public static void Add(string name, Func<RunOptions, Algorithm> make, params string[] options) => Known[name] = (make, options);

    /// <summary>The members of <c>algorithm</c> that have an effect under a name.</summary>
    public static IReadOnlySet<string> OptionsOf(string name) => new HashSet<string>(Known[name].Options);

    /// <exception cref="RosflException">The name is unknown.</exception>
    public static Algorithm Of(RunOptions run) => Known.TryGetValue(run.Algorithm.Name, out var known)
        ? known.Make(run)
        : throw new RosflException(ExitCode.InvalidRun, $"Algorithm '{run.Algorithm.Name}' is unknown: choose one of {string.Join(", ", Names)}.");
}
