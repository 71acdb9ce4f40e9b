namespace RosFL.Runs;

/// <summary>What an audit log records.</summary>
public enum AuditEventKind
{
    /// <summary>The end of the file was torn by a crash and has been cut off.</summary>
    Repaired,
    CertificateIssued,
    Enrolled,
    Renewed,
    Revoked,
    Invited,
    Approved,
    StudyStarted,
    RoundCommitted,
    StudyEnded,
    Refused,
    Override,

    /// <summary>A holder agreed that a site assembles the whole model.</summary>
    Consented,

    /// <summary>A body went to the site that assembles.</summary>
    Released,
    Assembled,
}

/// <summary>
/// One thing that happened. It has no free place for file names, image names or values: parties and studies by their names, contents by their
/// hashes, and for refusals and overrides the sentence that was said about messages and certificates.
/// </summary>
public sealed record AuditEvent(AuditEventKind Kind)
{
    public const int LongestSentence = 600;

    /// <summary>Whom it concerns, as site/north; empty for this party itself.</summary>
    public string Party { get; init; } = "";

    public string Study { get; init; } = "";

    public int? Round { get; init; }

    /// <summary>What was approved, committed, issued: a manifest, a commit record, a key.</summary>
    public string Hash { get; init; } = "";

    public string Sentence { get; init; } = "";

    /// <summary>A refusal; only those that are about trust, manifests and messages are recorded in words, all others by their number, since words about data may name files.</summary>
    public static AuditEvent Refusal(RosflException refused, string party = "", string study = "") => new(AuditEventKind.Refused)
    {
        Party = party,
        Study = study,
        Sentence = refused.Code is ExitCode.NotTrusted or ExitCode.ManifestDiffers or ExitCode.Protocol ? refused.Message : $"exit code {(int)refused.Code}",
    };

    internal AuditEvent Cleaned() => this with { Sentence = string.Concat(Sentence.Take(LongestSentence).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)) };
}

/// <summary>One line of the log: the event, when, its number counted from 1, and the chain.</summary>
/// <param name="Previous">Hash of the line before; 64 zeros in the first.</param>
/// <param name="Hash">SHA-256 of the canonical form of everything else in the line.</param>
public sealed record AuditLine(DateTimeOffset Time, long Sequence, AuditEvent Event, string Previous, string Hash)
{
    public static readonly string NoHash = new('0', 64);

    internal static AuditLine Of(DateTimeOffset time, long sequence, AuditEvent what, string previous)
    {
        var line = new AuditLine(time.ToUniversalTime(), sequence, what, previous, "");
        return line with { Hash = line.Expected() };
    }

    internal string Expected() => CanonicalJson.Hash(this with { Hash = "" });
}
