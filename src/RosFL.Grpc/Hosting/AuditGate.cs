using System.Security.Cryptography;
using RosFL.Privacy.Audit;
using RosFL.Runs;

namespace RosFL.Grpc.Hosting;

/// <summary>Lets a site into a study whose cut its own audit allows, or whose officer has signed an override.</summary>
internal static class AuditGate
{
    /// <exception cref="RosflException"><see cref="ExitCode.AuditFailed"/>: the site must not join.</exception>
    public static void Pass(ApprovedStudy approved, string site, SiteProcessOptions options, AuditLog log)
    {
        var run = approved.Run.Options;
        if (options.Audit.Length == 0)
        {
            if (run.Audit.Required)
                throw new RosflException(ExitCode.AuditFailed, $"Study '{approved.Id}' takes no site without an audit: run 'rosfl audit' with the study's options, and name its audit.json as 'audit' in the site's configuration.");
            return;
        }

        var verdict = CutVerdict.Of(options.Audit, run, site);
        if (verdict.IsAllowed) return;
        var sentence = $"The audit of cut '{verdict.Cut}' says {verdict.Finding}";
        if (options.Override.Length == 0)
            throw new RosflException(ExitCode.AuditFailed, $"{sentence}: site '{site}' does not join study '{approved.Id}' unless its officer signs an override ('rosfl study override').");
        using var officer = OfficerKey(options.Officer);
        var signed = AuditOverride.Load(options.Override, officer);
        if (!signed.Covers(approved.Manifest, site, verdict))
            throw new RosflException(ExitCode.AuditFailed, $"{sentence}; the override was signed for another site, revision of the study or finding: the officer has to decide anew.");
        log.Append(new(AuditEventKind.Override) { Study = approved.Id, Hash = approved.Hash, Sentence = $"{sentence}; signed by {signed.Officer}: {signed.Reason}" });
    }

    private static ECDsa OfficerKey(string path)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            key.Dispose();
            throw new RosflException(ExitCode.InvalidFile, $"File '{path}' is no public key in PEM: name the officer's, as 'rosfl study officer' made it, as 'officer' in the site's configuration.", error);
        }
    }
}
