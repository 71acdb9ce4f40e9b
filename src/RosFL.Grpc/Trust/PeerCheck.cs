using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>Whether a certificate that another end presents may be believed, and if not, the sentence that says why.</summary>
internal static class PeerCheck
{
    /// <summary>The party of a certificate that one of our roots signed. Dates and revocation are not looked at, so that the other end can be told about them.</summary>
    /// <param name="where">Who presents it: an address.</param>
    public static Party Issued(X509Certificate2? certificate, X509Certificate2Collection roots, string where)
    {
        if (certificate is null) throw Refused($"{where} presented no certificate: enrol with 'rosfl enrol' and give the folder with --party.");
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // our own list is looked at on every call
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        if (!chain.Build(certificate)) throw Foreign(certificate, roots, where);
        return PartyCertificate.PartyOf(certificate);
    }

    /// <summary>Refuses a certificate outside its dates by the clock here.</summary>
    public static void Dates(X509Certificate2 certificate, Party party, DateTimeOffset now)
    {
        var (from, to) = (new DateTimeOffset(certificate.NotBefore).ToUniversalTime(), new DateTimeOffset(certificate.NotAfter).ToUniversalTime());
        if (now < from)
            throw Refused($"The certificate of {party} is valid only in {Span(from - now)}, from {Shown(from)}, by the clock here ({Shown(now)}): one of the two clocks is wrong, set it right.");
        if (now > to)
            throw Refused($"The certificate of {party} expired {Span(now - to)} ago, on {Shown(to)}, by the clock here ({Shown(now)}): renew it with 'rosfl renew', or set the clock right.");
    }

    public static void NotRevoked(X509Certificate2 certificate, Party party, Revocations revocations)
    {
        if (revocations.Find(certificate) is { } revoked)
            throw Refused($"The certificate of {party} was revoked on {Shown(revoked.Time)}: ask the certificate authority for a new invite.");
    }

    public static void Role(Party party, IReadOnlyCollection<PartyRole> allowed, string what)
    {
        if (!allowed.Contains(party.Role))
            throw Refused($"{what} is open to {string.Join(", ", allowed.Select(Party.NameOf))}, and {party} is none: call with the certificate of such a party.");
    }

    public static string Shown(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Span(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => $"{span.TotalDays.ToString("0", CultureInfo.InvariantCulture)} days",
        { TotalHours: >= 2 } => $"{span.TotalHours.ToString("0", CultureInfo.InvariantCulture)} hours",
        { TotalMinutes: >= 2 } => $"{span.TotalMinutes.ToString("0", CultureInfo.InvariantCulture)} minutes",
        _ => $"{span.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} seconds",
    };

    public static RosflException Refused(string sentence) => new(ExitCode.NotTrusted, sentence);

    private static RosflException Foreign(X509Certificate2 certificate, X509Certificate2Collection roots, string where) => roots.Any(root => root.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
        ? Refused($"{where} presented a certificate in the name of our root '{certificate.Issuer}' that this root did not sign: it belongs to another study or is forged; compare the roots' SHA-256.")
        : Refused($"{where} presented a certificate that '{certificate.Issuer}' issued, not our root '{roots.FirstOrDefault()?.Subject}': a TLS-terminating proxy or another server stands in between; have this address exempted from TLS inspection.");
}
