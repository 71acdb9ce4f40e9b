using System.Security.Cryptography;
using RosFL.Runs;

namespace RosFL.Privacy.Audit;

/// <summary>A data-protection officer's signed decision that a site joins a study although the audit of its cut is not green or amber.</summary>
/// <param name="Manifest">Hash of the study's manifest: a new revision needs a new decision.</param>
/// <param name="Images">What the audit found when the officer signed; something worse needs a new decision.</param>
/// <param name="Labels">The same for the labels; null where the task has none.</param>
public sealed record AuditOverride(string Study, string Manifest, string Site, string Cut, AuditGrade Images, AuditGrade? Labels, string Officer, string Reason, DateTimeOffset Time)
{
    public void Save(string path, ECDsa officerKey) => AtomicFile.WriteText(path, SignedJson.Text(this, officerKey));

    /// <exception cref="RosflException"><see cref="ExitCode.NotTrusted"/>: the file is no override that this officer signed.</exception>
    public static AuditOverride Load(string path, ECDsa officerKey) =>
        File.Exists(path) && SignedJson.TryRead<AuditOverride>(File.ReadAllText(path), officerKey, out var signed) ? signed
            : throw new RosflException(ExitCode.NotTrusted, $"File '{path}' is no override that the officer of the site's configuration signed: make it with 'rosfl study override' and the officer's key.");

    /// <summary>Whether the officer decided about this very site, study and finding.</summary>
    public bool Covers(Manifest manifest, string site, CutVerdict verdict) =>
        Manifest == manifest.Hash && Site == site && Cut == verdict.Cut && Images == verdict.Images && Labels == verdict.Labels;
}
