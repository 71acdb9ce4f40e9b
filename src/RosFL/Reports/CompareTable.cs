namespace RosFL.Reports;

/// <summary>One run of a comparison: a method with one seed.</summary>
/// <param name="Method">The algorithm, or the algorithm with the swept option's value.</param>
/// <param name="Sites">Each site's test score.</param>
/// <param name="Drift">Mean drift over parts, sites and rounds, a fraction; NaN where sites hide some of it.</param>
/// <param name="Bytes">Sent and received by all sites.</param>
public sealed record CompareRun(string Method, long Seed, IReadOnlyDictionary<string, double> Sites, double Drift, double Bytes, double Seconds);

/// <summary>A method's row: spreads over its seeds. The mean is over sites, all alike; the worst site is found within each seed.</summary>
public sealed record CompareRow(string Method, IReadOnlyList<Spread> Sites, Spread Mean, Spread Worst, Spread Drift, Spread Bytes, Spread Seconds)
{
    /// <summary>Whether this is a training whose sites did not tell their drift.</summary>
    public bool HidesDrift => Drift.Count == 0 && Bytes.Count > 0;
}

/// <summary>The table of <c>rosfl compare</c> for one metric: methods by sites, in the order of the runs.</summary>
/// <param name="Note">The scoring convention, stated under the table.</param>
public sealed record CompareTable(string Metric, bool HigherIsBetter, string Note, IReadOnlyList<CompareRun> Runs)
{
    public IReadOnlyList<string> Sites { get; } = [.. Runs.SelectMany(run => run.Sites.Keys).Distinct()];

    public int Seeds { get; } = Runs.Select(run => run.Seed).Distinct().Count();

    public IReadOnlyList<CompareRow> Rows() => [.. Runs.GroupBy(run => run.Method).Select(method => new CompareRow(
        method.Key,
        [.. Sites.Select(site => Spread.Of(method.Select(run => run.Sites.GetValueOrDefault(site, double.NaN))))],
        Spread.Of(method.Select(run => run.Sites.Values.Average())),
        Spread.Of(method.Select(run => HigherIsBetter ? run.Sites.Values.Min() : run.Sites.Values.Max())),
        Spread.Of(method.Select(run => run.Drift)),
        Spread.Of(method.Select(run => run.Bytes)),
        Spread.Of(method.Select(run => run.Seconds))))];
}
