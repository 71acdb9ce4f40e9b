using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>A party's own long-term keys: ECDSA P-256 under its certificate, and the ECDH pair to which content keys are wrapped.</summary>
public sealed class Identity(ECDsa signing, byte[] certificate, KeyPair storage) : IDisposable
{
    /// <summary>X.509, DER.</summary>
    public byte[] Certificate => certificate;

    public byte[] Fingerprint { get; } = SHA256.HashData(certificate);

    /// <summary>SHA-256 of the public key in lower-case hexadecimal, by which the manifest names this party: it outlives certificates.</summary>
    public string KeyHash { get; } = Convert.ToHexStringLower(SHA256.HashData(signing.ExportSubjectPublicKeyInfo()));

    public KeyPair Storage => storage;

    /// <summary>This party among those to whom a state is encrypted.</summary>
    public StateReader Reader => new(KeyHash, storage.Public);

    /// <summary>A new party with a certificate that it signed itself, for studies in one process.</summary>
    public static Identity SelfSigned(string name, TimeProvider time)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = time.GetUtcNow();
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        return new(key, certificate.RawData, KeyPair.Create());
    }

    public byte[] Sign(byte[] text) => signing.SignData(text, HashAlgorithmName.SHA256);

    internal Envelope Send(byte[] sessionId, MessageKind kind, uint from, uint to, byte[] payload) =>
        new(kind, from, to, payload, Sign(Envelope.Signed(sessionId, kind, from, to, payload)));

    public void Dispose()
    {
        signing.Dispose();
        storage.Dispose();
    }
}

/// <summary>Another party, as its certificate shows it.</summary>
public sealed class PublicIdentity : IDisposable
{
    private readonly ECDsa key;

    /// <exception cref="Runs.RosflException">The bytes are no certificate of an ECDSA P-256 key.</exception>
    public PublicIdentity(byte[] certificate)
    {
        try
        {
            using var x509 = X509CertificateLoader.LoadCertificate(certificate);
            Name = x509.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
            key = x509.GetECDsaPublicKey() is { KeySize: 256 } found ? found
                : throw Refusal.Of($"The certificate of '{Name}' is not one of an ECDSA P-256 key: enrol again.");
            KeyHash = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        }
        catch (CryptographicException)
        {
            throw Refusal.Of("A roster holds bytes that are no certificate: the server must send it again.");
        }
    }

    /// <summary>SHA-256 of the public key in lower-case hexadecimal.</summary>
    public string KeyHash { get; }

    /// <summary>Common name of the certificate's subject.</summary>
    public string Name { get; }

    public bool Verifies(byte[] text, byte[] signature) => key.VerifyData(text, signature, HashAlgorithmName.SHA256);

    internal bool Verifies(byte[] sessionId, Envelope e) => Verifies(Envelope.Signed(sessionId, e.Kind, e.From, e.To, e.Payload), e.Signature);

    public void Dispose() => key.Dispose();
}
