using RosFL.Runs;

namespace RosFL.Privacy.Audit;

/// <summary>What a plan needs of an audit of one cut.</summary>
public sealed record AuditSummary(double Gain, double Leak, double? MaskLeak)
{
    /// <summary>By cut, from an audit.json; empty where the file is not there.</summary>
    /// <exception cref="RosflException">The file is no audit.</exception>
    public static IReadOnlyDictionary<string, AuditSummary> Read(string path) => File.Exists(path)
        ? AuditFile.Load(path).Cuts.ToDictionary(c => c.Measured.Cut, c => new AuditSummary(c.Gain, c.Leak, c.MaskLeak))
        : new Dictionary<string, AuditSummary>();
}
