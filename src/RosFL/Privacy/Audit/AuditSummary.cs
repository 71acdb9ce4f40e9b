using RosFL.Runs;

namespace RosFL.Privacy.Audit;

/// <summary>What a plan needs of an audit of one cut.</summary>
/// <param name="IsLeakInconclusive">Whether the attacks on images allow no verdict, so that more may leak.</param>
/// <param name="IsMaskLeakInconclusive">The same for labels.</param>
public sealed record AuditSummary(double Gain, double Leak, double? MaskLeak, bool IsLeakInconclusive = false, bool IsMaskLeakInconclusive = false)
{
    /// <summary>By cut, from an audit.json; empty where the file is not there, or is of another site or of other terms than the run's.</summary>
    /// <returns>With one sentence on an audit that is left out; empty where none is.</returns>
    /// <exception cref="RosflException">The file is no audit.</exception>
    public static (IReadOnlyDictionary<string, AuditSummary> Cuts, string WhyLeftOut) Read(string path, RunOptions run, string site)
    {
        var none = new Dictionary<string, AuditSummary>();
        if (!File.Exists(path)) return (none, "");
        var file = AuditFile.Load(path);
        return file.WhyNotOf(run, site) is { } why ? (none, $"Audit '{path}', left out here, {why}") : (file.Cuts.ToDictionary(c => c.Measured.Cut, c => Of(c.Measured, run)), "");
    }

    private static AuditSummary Of(CutAudit measured, RunOptions run)
    {
        var verdict = CutVerdict.Of(measured, run);
        return new(measured.Gain, measured.Leak, measured.MaskLeak, verdict.Images == AuditGrade.Inconclusive, verdict.Labels == AuditGrade.Inconclusive);
    }
}
