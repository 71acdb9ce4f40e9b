namespace RosFL.Planning;

/// <summary>What one setting would cost a site and the computation server.</summary>
/// <param name="Cut">As <c>audit.cuts</c> spells it; "fedavg" and "centralized" for comparison.</param>
/// <param name="SiteMacs">Multiply-accumulate operations at the site for one image, forward.</param>
/// <param name="SiteBytes">Memory at the site: weights, gradients and Adam's moments, and what a step keeps of its forward pass for the way back, estimated as the outputs of convolutions and normalisations for a batch in float32.</param>
/// <param name="BytesPerStep">Both ways.</param>
/// <param name="BytesPerRound">Both ways, with what is merged and the messages of secure aggregation.</param>
/// <param name="BytesSealed">Sent in a round by one of the sites beside: the new state under secure aggregation.</param>
/// <param name="BytesPerScoring">Both ways, each time that validation images are scored, estimated from the first of them: what crosses the cut without a way back, and the model where the site does not hold it.</param>
/// <param name="ServerCores">Cores that the bodies of all sites keep busy.</param>
/// <param name="Gain">Score gained over the outer levels alone; null without an audit.</param>
/// <param name="Leak">Of images; null without an audit.</param>
/// <param name="MaskLeak">Of labels; null without an audit, or where there are none.</param>
/// <param name="IsLeakInconclusive">Whether the audit's attacks on images allow no verdict, so that more may leak.</param>
/// <param name="IsMaskLeakInconclusive">The same for labels.</param>
public sealed record PlanLine(
    string Cut, long SiteParameters, long SiteMacs, long SiteBytes, long BytesPerStep, long BytesPerRound, long BytesSealed, long BytesPerScoring, TimeSpan Step, TimeSpan Round, double ServerCores,
    double? Gain = null, double? Leak = null, double? MaskLeak = null, bool IsLeakInconclusive = false, bool IsMaskLeakInconclusive = false)
{
    // two measurements of one thing on a machine that does something else too
    private const double Alike = 1.1;

    /// <summary>Whether no other setting is at least as good in everything and better in something.</summary>
    public bool IsUnbeaten { get; init; }

    /// <summary><see cref="BytesPerRound"/> of all rounds.</summary>
    public long BytesPerStudy { get; init; }

    /// <summary>Marks the settings that no other beats on everything that is known of them: the site's work and memory, traffic, time, the server's load, gain and leaks. Times that differ by less than a tenth are alike.</summary>
    public static IReadOnlyList<PlanLine> Marked(IReadOnlyList<PlanLine> lines) =>
        [.. lines.Select(line => line with { IsUnbeaten = !lines.Any(other => Beats(other, line)) })];

    private static bool Beats(PlanLine a, PlanLine b)
    {
        var (counted, timed) = (a.Counted().Zip(b.Counted()).ToList(), a.Timed().Zip(b.Timed()).ToList());
        // a setting without an audit is only compared with its like
        return a.Counted().Length == b.Counted().Length && counted.All(p => p.First <= p.Second) && timed.All(p => p.First <= p.Second * Alike)
            && (counted.Exists(p => p.First < p.Second) || timed.Exists(p => p.First * Alike < p.Second));
    }

    private double[] Timed() => [Step.TotalSeconds, Round.TotalSeconds, ServerCores];

    private double[] Counted() =>
    [
        SiteParameters, SiteMacs, SiteBytes, BytesPerStep, BytesPerRound,
        .. Gain is { } gain ? [-gain] : Array.Empty<double>(), .. Leak is { } leak ? [leak] : Array.Empty<double>(), .. MaskLeak is { } mask ? [mask] : Array.Empty<double>(),
    ];
}
