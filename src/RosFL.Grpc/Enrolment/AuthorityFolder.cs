using System.Security.Cryptography.X509Certificates;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Grpc.Enrolment;

/// <summary>An invite as the authority remembers it.</summary>
/// <param name="Hosts">DNS names and addresses of a server.</param>
/// <param name="Certificate">PEM of the certificate that this invite gave; empty until then. Asked again with the same key it is given again, so that losing an answer loses no invite.</param>
internal sealed record OpenInvite(string Party, string[] Hosts, string TokenHash, DateTimeOffset Expires, int WrongTries, string Certificate);

/// <summary>A certificate that the authority issued.</summary>
internal sealed record Issued(string Party, string[] Hosts, string Key, string Serial, DateTimeOffset Expires);

/// <summary>The authority's register: one record a party, so that nothing done to one touches another.</summary>
internal sealed record PartyRecord(OpenInvite? Invite, Issued[] Issued);

/// <summary>
/// The certificate authority's folder. Its files are changed under a lock, by the service and by commands alike.
/// <code>
/// root.pem, root.key   the root; the key never leaves
/// address.json         where the service answers
/// revoked.json         signed revocation list
/// parties/             one file a party: its invite (token as a hash), its certificates
/// service/             the service's own certificate
/// audit-log.jsonl
/// </code>
/// </summary>
public sealed class AuthorityFolder(string path, TimeProvider time)
{
    private sealed record Address(string Authority);

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string RootPath => In("root.pem");

    public string RevokedPath => In("revoked.json");

    public string AuditLogPath => In("audit-log.jsonl");

    /// <summary>Where the service answers.</summary>
    public Uri ServiceAddress => new(StrictJson.Load<Address>(In("address.json")).Authority);

    internal TimeProvider Time => time;

    /// <summary>Makes the root; an existing one is never replaced.</summary>
    public void Create(string name, Uri address)
    {
        if (File.Exists(RootPath)) throw new RosflException(ExitCode.NotTrusted, $"Folder '{Path}' holds a certificate authority already: name another; a new root would end every certificate of the old one.");
        using var authority = CertificateAuthority.Create(name, time);
        using var key = authority.Root.GetECDsaPrivateKey()!; // just made
        KeyStorage.WriteKey(In("root.key"), key);
        AtomicFile.WriteText(In("address.json"), StrictJson.Text(new Address(address.GetLeftPart(UriPartial.Authority))));
        AtomicFile.WriteText(RevokedPath, RevocationList.Empty(time).Signed(authority.Root));
        AtomicFile.WriteText(RootPath, authority.Root.ExportCertificatePem() + "\n");
        OpenLog();
    }

    public AuditLog OpenLog() => AuditLog.Open(AuditLogPath, time);

    public CertificateAuthority Open() => File.Exists(RootPath) ? CertificateAuthority.Of(KeyStorage.Load(RootPath, In("root.key")), time)
        : throw new RosflException(ExitCode.NotTrusted, $"Folder '{Path}' holds no certificate authority: make one with 'rosfl ca init'.");

    /// <summary>Credentials of the service itself, made anew at each start; its key never touches the disk.</summary>
    public PartyCredentials ServiceCredentials()
    {
        using var authority = Open();
        var host = ServiceAddress.Host.Trim('[', ']');
        var certificate = authority.IssueWithKey(new(PartyRole.Authority, "authority"), [host]);
        var roots = new X509Certificate2Collection(X509CertificateLoader.LoadCertificateFromFile(RootPath));
        return new(certificate, roots, Revocations.FromFile(RevokedPath, roots, time), time);
    }

    internal PartyRecord Of(Party party) => File.Exists(FileOf(party)) ? StrictJson.Load<PartyRecord>(FileOf(party)) : new(null, []);

    internal void Save(Party party, PartyRecord record) => KeyStorage.WriteSecret(FileOf(party), StrictJson.Text(record));

    /// <summary>The folder for this process alone; another one is waited for.</summary>
    internal IDisposable Lock() => ExclusiveFile.Open(In("lock"), time);

    /// <summary>Role and name are checked, so the file lies in its folder.</summary>
    private string FileOf(Party party) => System.IO.Path.Combine(Path, "parties", $"{Party.NameOf(party.Role)}.{party.Name}.json");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
