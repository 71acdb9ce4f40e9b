using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using RosFL.Grpc.Trust;
using RosFL.Runs;
using RosFL.Tests.Grpc.Bodies;

namespace RosFL.Tests.Grpc;

/// <summary>
/// Stands between a server and all who call it, with the keys of both ends, which nobody has outside a test: it opens TLS, keeps what was written before
/// encryption, and closes TLS again.
/// </summary>
internal sealed class TappedPort : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly PartyCredentials server;
    private readonly Func<Party, PartyCredentials> caller;
    private readonly int port;
    private readonly ConcurrentQueue<Party> callers = new();
    private readonly ConcurrentDictionary<string, PlainTextCapture> told = new();

    /// <param name="port">Where the server listens, on loopback.</param>
    /// <param name="caller">Credentials of whoever called.</param>
    public TappedPort(PartyCredentials server, int port, Func<Party, PartyCredentials> caller)
    {
        (this.server, this.port, this.caller) = (server, port, caller);
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>By the server and by all who call it.</summary>
    public PlainTextCapture Said { get; } = new();

    /// <summary>Whoever opened a connection, in that order.</summary>
    public IReadOnlyCollection<Party> Callers => callers;

    /// <summary>By the server to one caller.</summary>
    public PlainTextCapture ToldTo(string caller) => told.GetOrAdd(caller, _ => new());

    public void Dispose()
    {
        listener.Dispose();
        server.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    private async Task CarryAsync(TcpClient accepted)
    {
        try
        {
            using var connection = accepted;
            X509Certificate2? presented = null;
            await using var near = new SslStream(connection.GetStream());
            await near.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = server.Presented,
                ClientCertificateRequired = true,
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                RemoteCertificateValidationCallback = (_, certificate, _, _) => (presented = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData())) is not null,
            });
            using var calling = caller(PartyCertificate.PartyOf(presented!)); // authenticated, so it is there
            callers.Enqueue(calling.Party);
            await using var far = await ClientTrust.DialAsync(calling, "127.0.0.1", port, other => calling.Check(other, "The server"), CancellationToken.None);
            await Task.WhenAny(CopyAsync(near, far, [Said]), CopyAsync(far, near, [Said, ToldTo(calling.Party.Name)]));
        }
        catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException)
        {
            // either end is gone
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, IEnumerable<PlainTextCapture> captures)
    {
        var keeping = captures.Select(capture => capture.NewDirection()).ToList();
        var piece = new byte[16 * 1024];
        for (int read; (read = await from.ReadAsync(piece)) > 0;)
        {
            foreach (var keep in keeping) keep(piece.AsMemory(0, read));
            await to.WriteAsync(piece.AsMemory(0, read));
        }
    }
}
