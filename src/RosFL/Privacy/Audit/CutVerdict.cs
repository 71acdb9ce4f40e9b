using System.Globalization;
using RosFL.Runs;

namespace RosFL.Privacy.Audit;

/// <summary>What an audit says of the cut of one study.</summary>
/// <param name="Images">Colour of the images' leak under <see cref="Limits"/>.</param>
/// <param name="Labels">The same for the labels, inconclusive where they were not attacked; null where the task has none.</param>
/// <param name="Limits">The study's, where they are tighter than the built-in ones.</param>
public sealed record CutVerdict(string Cut, AuditGrade Images, AuditGrade? Labels, AuditLimits Limits)
{
    public bool IsAllowed => IsGood(Images) && (Labels is null || IsGood(Labels.Value));

    /// <summary>As in "images red, labels amber (green to 0.1, amber to 0.3)".</summary>
    public string Finding => string.Create(CultureInfo.InvariantCulture,
        $"images {Word(Images)}{(Labels is { } labels ? $", labels {Word(labels)}" : "")} (green to {Limits.Green}, amber to {Limits.Amber})");

    /// <param name="path">audit.json of the site.</param>
    /// <param name="run">The study's run.</param>
    /// <exception cref="RosflException">No audit of this site, network, preprocessing, guards and cut.</exception>
    public static CutVerdict Of(string path, RunOptions run, string site)
    {
        var file = AuditFile.Load(path);
        var cut = CutName.Of(run.Cut);
        if (file.WhyNotOf(run, site) is { } why) throw new RosflException(ExitCode.AuditFailed, $"Audit '{path}' {why}");
        var measured = Array.Find(file.Cuts, c => c.Measured.Cut == cut)?.Measured
            ?? throw new RosflException(ExitCode.AuditFailed, $"Audit '{path}' has no cut '{cut}', which the study uses: run 'rosfl audit' with that cut in audit.cuts.");
        return Of(measured, run);
    }

    /// <summary>What measurements of one cut say under a run's limits.</summary>
    internal static CutVerdict Of(CutAudit measured, RunOptions run)
    {
        var limits = Tighter(run.Audit.Limits, new());
        AuditGrade? unmeasured = run.Task == StudyTask.Segmentation ? AuditGrade.Inconclusive : null; // audit.attacks may leave out those on labels
        return new(measured.Cut, measured.Grade(limits), measured.MaskGrade(limits) ?? unmeasured, limits);
    }

    private static AuditLimits Tighter(AuditLimits a, AuditLimits b) => new()
    {
        Green = Math.Min(a.Green, b.Green),
        Amber = Math.Min(a.Amber, b.Amber),
        Identification = Math.Min(a.Identification, b.Identification),
        Membership = Math.Min(a.Membership, b.Membership),
    };

    private static bool IsGood(AuditGrade grade) => grade is AuditGrade.Green or AuditGrade.Amber;

    private static string Word(AuditGrade grade) => grade.ToString().ToLowerInvariant();
}
