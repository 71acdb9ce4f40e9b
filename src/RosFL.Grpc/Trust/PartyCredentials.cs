using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>All by which a party shows who it is and judges others: its certificate and key, the roots, the revocations, the clock.</summary>
public sealed class PartyCredentials : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<(WeakReference<Socket> Socket, X509Certificate2 Certificate, Party Party)> dialled = [];
    private volatile SslStreamCertificateContext context;
    private X509Certificate2 certificate;

    public PartyCredentials(X509Certificate2 certificate, X509Certificate2Collection roots, Revocations revocations, TimeProvider time)
    {
        (this.certificate, Roots, Revocations, Time) = (certificate, roots, revocations, time);
        (Party, context) = (PartyCertificate.PartyOf(certificate), Context(certificate));
        revocations.Looked += CutDialled;
    }

    /// <summary>Raised after <see cref="Renew"/>.</summary>
    public event Action? Renewed;

    public Party Party { get; }

    /// <summary>SHA-256 of our public key, as the roster names it.</summary>
    public string Key => PartyCertificate.KeyOf(Certificate);

    public X509Certificate2 Certificate => certificate;

    public X509Certificate2Collection Roots { get; }

    public Revocations Revocations { get; }

    public TimeProvider Time { get; }

    internal SslStreamCertificateContext Presented => context;

    /// <summary>The party of another end's certificate, after every check: issued by our root, in its dates, not revoked.</summary>
    /// <param name="where">Who presents it: an address.</param>
    /// <exception cref="RosflException"><see cref="ExitCode.NotTrusted"/> with the reason.</exception>
    public Party Check(X509Certificate2? other, string where)
    {
        var party = PeerCheck.Issued(other, Roots, where);
        StillGood(other!, party);
        return party;
    }

    /// <summary>What can change while a connection is open: dates and revocation.</summary>
    internal void StillGood(X509Certificate2 other, Party party)
    {
        PeerCheck.NotRevoked(other, party, Revocations);
        PeerCheck.Dates(other, party, Time.GetUtcNow());
    }

    /// <summary>Takes a renewed certificate of the same party; new connections use it, open ones stay.</summary>
    public void Renew(X509Certificate2 renewed)
    {
        var party = Check(renewed, "The certificate authority");
        if (party != Party || !renewed.HasPrivateKey)
            throw new RosflException(ExitCode.NotTrusted, $"The renewed certificate names {party}, not {Party}, or has no key: renew again with the folder of {Party}.");
        (certificate, context) = (renewed, Context(renewed));
        Renewed?.Invoke();
    }

    /// <summary>Remembers a connection that we opened, so that it is cut when the other end's certificate counts no more.</summary>
    internal void Watch(Socket socket, X509Certificate2 other, Party party)
    {
        lock (gate) dialled.Add((new(socket), other, party));
    }

    public void Dispose()
    {
        Revocations.Looked -= CutDialled;
        Revocations.Dispose();
        certificate.Dispose();
    }

    private void CutDialled()
    {
        lock (gate) dialled.RemoveAll(entry => !entry.Socket.TryGetTarget(out var socket) || socket.SafeHandle.IsClosed || Cut(socket, entry.Certificate, entry.Party));
    }

    private bool Cut(Socket socket, X509Certificate2 other, Party party)
    {
        if (IsStillGood(other, party)) return false;
        socket.Dispose();
        return true;
    }

    internal bool IsStillGood(X509Certificate2 other, Party party)
    {
        try
        {
            StillGood(other, party);
            return true;
        }
        catch (RosflException)
        {
            return false;
        }
    }

    private SslStreamCertificateContext Context(X509Certificate2 presented) => SslStreamCertificateContext.Create(presented, Roots, offline: true);
}
