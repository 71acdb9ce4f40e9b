using RosFL.Runs;

namespace RosFL.Federation;

/// <summary>The algorithms that a run file can name. A study adds its own with <see cref="Add"/>.</summary>
public static class Algorithms
{
    // of every algorithm that ends its round with a mean over several sites
    private static readonly string[] Mean = ["weighting", "merge"];

    // replaced whole by Add, so that a reader never sees it half changed
    private static volatile Dictionary<string, (Func<RunOptions, Algorithm> Make, string[] Options)> Known = new(StringComparer.Ordinal)
    {
        ["centralized"] = (_ => new("centralized") { Body = BodyPlace.AtSite, Pooled = true }, []),
        ["local"] = (_ => new("local") { Body = BodyPlace.AtSite, Merges = false }, []),
        ["site-only"] = (_ => new("site-only") { Body = BodyPlace.Nowhere }, Mean),
        ["fedavg"] = (_ => new("fedavg") { Body = BodyPlace.AtSite }, Mean),
        ["fedprox"] = (run => new("fedprox") { Body = BodyPlace.AtSite, Hook = () => new ProximalHook(run.Algorithm.Mu ?? 0.01) }, [.. Mean, "mu"]),
        ["fedbn"] = (_ => new("fedbn") { Body = BodyPlace.AtSite, KeepsNormalisation = true }, Mean),
        ["scaffold"] = (_ => new("scaffold") { Body = BodyPlace.AtSite, Hook = () => new ScaffoldHook() }, Mean),
        ["split"] = (_ => new("split") { Body = BodyPlace.Shared, Order = SiteOrder.Relay }, []),
        ["splitfed-v1"] = (_ => new("splitfed-v1"), Mean),
        ["splitfed-v2"] = (_ => new("splitfed-v2") { Body = BodyPlace.Shared }, Mean),
        ["ros-fl"] = (run => new("ros-fl") { Correction = WeightCorrection.Of(run, run.Algorithm.Rule ?? CorrectionRule.Gradient) }, [.. Mean, "strength", "rule", "mu", "published"]),
        ["dc-sfl"] = (run => new("dc-sfl") { Correction = WeightCorrection.Of(run, CorrectionRule.Adam) }, [.. Mean, "mu", "published"]),
    };

    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>Makes an algorithm known under a name, with the options of <c>algorithm</c> that it reads; call it before the run file is read.</summary>
    public static void Add(string name, Func<RunOptions, Algorithm> make, params string[] options) =>
        Known = new(Known, StringComparer.Ordinal) { [name] = (make, options) };

    /// <summary>The members of <c>algorithm</c> that have an effect under a name.</summary>
    public static IReadOnlySet<string> OptionsOf(string name) => new HashSet<string>(Known[name].Options);

    /// <summary>Whether the body of the algorithm is at the computation server.</summary>
    public static bool IsSplit(string name) => Known[name].Make(new RunOptions { Algorithm = new() { Name = name } }).Body is BodyPlace.ReplicaPerSite or BodyPlace.Shared;

    /// <exception cref="RosflException">The name is unknown.</exception>
    public static Algorithm Of(RunOptions run) => Known.TryGetValue(run.Algorithm.Name, out var known)
        ? known.Make(run)
        : throw new RosflException(ExitCode.InvalidRun, $"Algorithm '{run.Algorithm.Name}' is unknown: choose one of {string.Join(", ", Names)}.");
}
