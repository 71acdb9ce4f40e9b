using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>What a party keeps beside its files: who it is and where it renews.</summary>
/// <param name="Party">As site/north.</param>
/// <param name="Authority">Address of the certificate authority's service; empty for throw-away trust.</param>
public sealed record PartyCard(string Party, string Authority);

/// <summary>
/// The folder that makes a machine a party:
/// <code>
/// party.json        who this is, where it renews
/// certificate.pem   replaced by a renewal
/// key.pem           made here, never leaves; its owner's alone
/// storage-key.pem   a site's: opens what the aggregation server keeps under secure aggregation
/// root.pem          the study's root of trust
/// revoked.json      who counts no more, signed by the root
/// studies/          approved manifests
/// audit-log.jsonl   what this party did and refused
/// </code>
/// </summary>
public sealed class PartyFolder(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string CertificatePath => In("certificate.pem");

    public string KeyPath => In("key.pem");

    public string RootPath => In("root.pem");

    public string RevokedPath => In("revoked.json");

    public string StudiesPath => In("studies");

    public string AuditLogPath => In("audit-log.jsonl");

    public PartyCard Card => StrictJson.Load<PartyCard>(In("party.json"));

    /// <summary>Whether one process made all keys of the network, as for <c>rosfl up</c> and tests: no authority stands behind it.</summary>
    public bool IsThrowAway => Card.Authority.Length == 0;

    public bool Exists => File.Exists(In("party.json"));

    /// <summary>The credentials in the folder; they follow its revocation list.</summary>
    public PartyCredentials Open(TimeProvider time, ILogger? log = null)
    {
        if (!Exists) throw new RosflException(ExitCode.NotTrusted, $"Folder '{Path}' is no party's: it has no party.json; enrol with 'rosfl enrol INVITE --party {Path}'.");
        var certificate = KeyStorage.Load(CertificatePath, KeyPath);
        var roots = new X509Certificate2Collection(X509CertificateLoader.LoadCertificateFromFile(RootPath));
        return new(certificate, roots, Revocations.FromFile(RevokedPath, roots, time, log), time);
    }

    /// <summary>Writes all but the key; the card last, since it makes the folder a party's.</summary>
    public void Write(PartyCard card, X509Certificate2 certificate, X509Certificate2 root, string revoked)
    {
        AtomicFile.WriteText(RootPath, root.ExportCertificatePem() + "\n");
        AtomicFile.WriteText(RevokedPath, revoked);
        AtomicFile.WriteText(CertificatePath, certificate.ExportCertificatePem() + "\n");
        AtomicFile.WriteText(In("party.json"), StrictJson.Text(card));
    }

    public ECDsa LoadKey() => KeyStorage.LoadKey(KeyPath);

    /// <summary>A site's long-term ECDH pair, made when it is first asked for.</summary>
    public KeyPair LoadStorageKey()
    {
        var path = In("storage-key.pem");
        if (!File.Exists(path))
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            KeyStorage.WriteKey(path, made);
        }
        using var key = KeyStorage.LoadKey(path);
        return KeyPair.Of(key.ExportParameters(includePrivateParameters: true).D!); // a key file holds the private number
    }

    /// <summary>The keys with which this party takes part in secure aggregation; the caller's to dispose.</summary>
    public Identity Identity(PartyCredentials credentials) =>
        new(LoadKey(), credentials.Certificate.RawData, credentials.Party.Role == PartyRole.Site ? LoadStorageKey() : KeyPair.Create());

    /// <summary>This party's entry in a study's roster.</summary>
    /// <param name="weight">A site's training items of one local epoch; 0 leaves it open.</param>
    public RosterEntry Entry(int weight = 0)
    {
        var party = Party.Parse(Card.Party);
        using var key = LoadKey();
        using var storage = party.Role == PartyRole.Site ? LoadStorageKey() : null;
        return new(party.ToString(), Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo())), weight, storage is null ? "" : Convert.ToHexStringLower(storage.Public));
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
