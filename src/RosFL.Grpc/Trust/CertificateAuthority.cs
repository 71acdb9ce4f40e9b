using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>
/// The root of a study's trust: an ECDSA P-256 key that signs the parties' certificates and the revocation list. It belongs to neither server;
/// and even it cannot add a site, since the sites approve each other's keys in the manifest.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>Lifetime of a party's certificate; renewed after two thirds of it.</summary>
    public static readonly TimeSpan PartyLifetime = TimeSpan.FromDays(90);

    private static readonly TimeSpan RootLifetime = TimeSpan.FromDays(3650);

    /// <summary>Parties whose clocks are a little behind must not find a fresh certificate not yet valid.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly TimeProvider time;

    private CertificateAuthority(X509Certificate2 root, TimeProvider time) => (Root, this.time) = (root, time);

    /// <summary>The root certificate with its private key.</summary>
    public X509Certificate2 Root { get; }

    public static CertificateAuthority Create(string name, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={Party.CheckedName(name)}, O=RosFL"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        return new(request.CreateSelfSigned(now - ClockTolerance, now + RootLifetime), time);
    }

    public static CertificateAuthority Of(X509Certificate2 root, TimeProvider time) => root.HasPrivateKey ? new(root, time)
        : throw new RosflException(ExitCode.NotTrusted, $"The root certificate '{root.Subject}' has no private key here: run this where 'rosfl ca init' was run.");

    /// <summary>A certificate for the public key of a request. Only the key is taken from it; who it is for says the invite.</summary>
    /// <param name="request">PKCS#10 in PEM; its signature proves that the asking party holds the private key.</param>
    public X509Certificate2 Issue(string request, Party party, IReadOnlyList<string> hosts, TimeSpan? lifetime = null)
    {
        try
        {
            var asked = CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256);
            return Issue(asked.PublicKey, party, hosts, lifetime ?? PartyLifetime);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new RosflException(ExitCode.NotTrusted, $"The certificate request of {party} is no PKCS#10 request with a valid signature: make it with 'rosfl enrol'.", error);
        }
    }

    /// <summary>A certificate with the key made in this process, for throw-away trust alone: real keys are made where they are used.</summary>
    internal X509Certificate2 IssueWithKey(Party party, IReadOnlyList<string> hosts, TimeSpan? lifetime = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Issue(new PublicKey(key), party, hosts, lifetime ?? PartyLifetime);
        return KeyStorage.Usable(certificate.CopyWithPrivateKey(key));
    }

    public void Dispose() => Root.Dispose();

    private X509Certificate2 Issue(PublicKey key, Party party, IReadOnlyList<string> hosts, TimeSpan lifetime)
    {
        RefuseOtherCurve(key, party);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={party.Name}, OU={Party.NameOf(party.Role)}, O=RosFL"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication), new Oid(ClientAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(PartyCertificate.AlternativeNamesOf(party, hosts));
        var now = time.GetUtcNow();
        return request.Create(Root, now - ClockTolerance, now + lifetime, Serial());
    }

    private static void RefuseOtherCurve(PublicKey key, Party party)
    {
        using var ecdsa = key.GetECDsaPublicKey();
        if (ecdsa?.ExportParameters(false).Curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value)
            throw new RosflException(ExitCode.NotTrusted, $"The key of {party} is no ECDSA P-256 key: make it with 'rosfl enrol'.");
    }

    /// <summary>128 random bits, positive as DER wants it.</summary>
    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return serial;
    }
}
