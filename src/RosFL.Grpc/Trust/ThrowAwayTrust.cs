using System.Security.Cryptography.X509Certificates;
using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>
/// A certificate authority that lives as long as this object, with certificates for parties on loopback: for <c>rosfl up</c> and tests. One
/// process makes all keys here, which is what real trust must never do.
/// </summary>
public sealed class ThrowAwayTrust : IDisposable
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "::1"];

    private readonly TimeProvider time;
    private readonly CertificateAuthority authority;
    private RevocationList revoked;

    public ThrowAwayTrust(TimeProvider time)
    {
        this.time = time;
        authority = CertificateAuthority.Create("throw-away", time);
        revoked = RevocationList.Empty(time);
        Roots = new(X509CertificateLoader.LoadCertificate(authority.Root.RawDataMemory.Span));
    }

    public X509Certificate2Collection Roots { get; }

    /// <summary>The authority itself, for tests of what it must refuse.</summary>
    internal CertificateAuthority Authority => authority;

    /// <summary>Credentials held in memory, for a party in this process.</summary>
    public PartyCredentials New(Party party, TimeSpan? lifetime = null, TimeProvider? clock = null) =>
        new(authority.IssueWithKey(party, Loopback, lifetime), Roots, Revocations.InMemory(Roots, clock ?? time), clock ?? time);

    /// <summary>Credentials in a folder, for a party that is a process of its own; earlier ones there are replaced.</summary>
    public PartyFolder Write(string path, Party party)
    {
        var folder = new PartyFolder(path);
        using var certificate = authority.IssueWithKey(party, Loopback);
        using var key = certificate.GetECDsaPrivateKey()!; // just made with one
        if (File.Exists(folder.KeyPath)) File.Delete(folder.KeyPath);
        KeyStorage.WriteKey(folder.KeyPath, key);
        folder.Write(new(party.ToString(), ""), certificate, Roots[0], revoked.Signed(authority.Root));
        return folder;
    }

    /// <summary>The next revocation list, with this key on it, to be given to <see cref="Revocations.Take"/> or written to a party's folder.</summary>
    public string Revoke(Party party, string key)
    {
        revoked = revoked.With([new(party.ToString(), key, time.GetUtcNow())], time);
        return revoked.Signed(authority.Root);
    }

    public void Dispose() => authority.Dispose();
}
