using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>
/// Which party a certificate names. Role and name stand in one URI of the subject's alternative names, <c>rosfl:site/north</c>, not in an
/// extension of our own: every tool that shows certificates shows it, it needs no registered number, and it is what workload identities do (SPIFFE).
/// </summary>
public static class PartyCertificate
{
    private const string AlternativeNames = "2.5.29.17";

    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    /// <summary>The party that the certificate names.</summary>
    /// <exception cref="RosflException">It names none, or more than one.</exception>
    public static Party PartyOf(X509Certificate2 certificate)
    {
        var uris = certificate.Extensions.Where(e => e.Oid?.Value == AlternativeNames).SelectMany(Uris).Where(u => u.StartsWith(Party.Scheme, StringComparison.Ordinal)).ToList();
        return uris.Count == 1 ? Party.Parse(uris[0][Party.Scheme.Length..])
            : throw new RosflException(ExitCode.NotTrusted, $"Certificate {certificate.SerialNumber} names {uris.Count} parties; it must name one as {Party.Scheme}ROLE/NAME: enrol again with an invite.");
    }

    /// <summary>
    /// SHA-256 of the public key in lower-case hex: what rosters and revocations name. Not of the certificate: a renewal keeps the key, so that
    /// the sites' approval of a party outlives its certificates.
    /// </summary>
    public static string KeyOf(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>SHA-256 of a whole certificate in lower-case hex: how an invite pins the root.</summary>
    public static string FingerprintOf(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();

    /// <param name="hosts">DNS names and addresses under which a server is reached; for people and their tools, since parties check role and name.</param>
    internal static X509Extension AlternativeNamesOf(Party party, IEnumerable<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(party.Uri));
        foreach (var host in hosts)
            if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
            else names.AddDnsName(host);
        return names.Build();
    }

    private static IEnumerable<string> Uris(X509Extension extension)
    {
        try
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            var uris = new List<string>();
            while (names.HasData)
                if (names.PeekTag().HasSameClassAndValue(Uri)) uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, Uri));
                else names.ReadEncodedValue();
            return uris;
        }
        catch (AsnContentException)
        {
            return [];
        }
    }
}
