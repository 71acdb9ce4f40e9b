using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>Trust at the end that dials: TLS 1.3 with our certificate, and a server that our root signed for the role (and name) we expect.</summary>
public static class ClientTrust
{
    /// <summary>A channel to a server of the study.</summary>
    /// <param name="name">The server's name in the roster; null takes any server of the role.</param>
    /// <param name="handler">Changes the handler's limits and keep-alives before it is used.</param>
    /// <param name="admit">Throws where the server's party and key are not those of the study's roster.</param>
    public static GrpcChannel NewChannel(this PartyCredentials credentials, Uri address, PartyRole role, string? name = null,
        Action<GrpcChannelOptions>? options = null, Action<SocketsHttpHandler>? handler = null, Action<Party, string>? admit = null)
    {
        var dialling = credentials.NewHandler(role, name, admit);
        handler?.Invoke(dialling);
        var channel = new GrpcChannelOptions { HttpHandler = dialling, DisposeHttpClient = true };
        options?.Invoke(channel);
        return GrpcChannel.ForAddress(address, channel);
    }

    /// <summary>As <see cref="NewChannel"/>, for an HttpClient. It goes through no proxy: between two parties nobody else reads.</summary>
    public static SocketsHttpHandler NewHandler(this PartyCredentials credentials, PartyRole role, string? name = null, Action<Party, string>? admit = null) => new()
    {
        UseProxy = false,
        EnableMultipleHttp2Connections = true,
        ConnectCallback = async (connection, cancel) => await DialAsync(credentials, connection.DnsEndPoint.Host, connection.DnsEndPoint.Port,
            presented =>
            {
                var party = Expect(credentials.Check(presented, $"{connection.DnsEndPoint.Host}:{connection.DnsEndPoint.Port}"), role, name);
                admit?.Invoke(party, PartyCertificate.KeyOf(presented!)); // checked, so it is there
                return party;
            }, cancel),
    };

    /// <summary>What a failed call means for trust, in one sentence; null when trust had no part in it.</summary>
    public static RosflException? Explain(this RpcException error, TimeProvider time)
    {
        for (Exception? cause = error; cause is not null; cause = cause is RpcException rpc ? rpc.Status.DebugException : cause.InnerException)
            if (cause is RosflException { Code: ExitCode.NotTrusted } known) return known;
        if (error.StatusCode is not (StatusCode.PermissionDenied or StatusCode.Unauthenticated)) return null;
        return new(ExitCode.NotTrusted, error.Status.Detail + ClockNote(error.Trailers, time.GetUtcNow()), error);
    }

    internal static async Task<SslStream> DialAsync(PartyCredentials? credentials, string host, int port, Func<X509Certificate2?, Party?> check, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? stream = null;
        RosflException? refusal = null;
        (X509Certificate2 Certificate, Party Party)? peer = null;
        try
        {
            await socket.ConnectAsync(host, port, cancel);
            stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(Options(credentials, host, IsTrusted), cancel);
            if (credentials is not null && peer is { } known) credentials.Watch(socket, known.Certificate, known.Party);
            return stream;
        }
        catch (Exception error)
        {
            if (stream is not null) await stream.DisposeAsync();
            socket.Dispose();
            if (refusal is not null) throw refusal;
            if (error is AuthenticationException) throw new RosflException(ExitCode.Unreachable, $"{host}:{port} does not complete TLS 1.3 ({error.Message.TrimEnd('.')}): something that is no party of a study answers there.", error);
            throw;
        }

        bool IsTrusted(object sender, X509Certificate? presented, X509Chain? chain, SslPolicyErrors errors)
        {
            try
            {
                // the stream disposes the one it hands in
                var kept = presented is X509Certificate2 given ? X509CertificateLoader.LoadCertificate(given.RawDataMemory.Span) : null;
                if (check(kept) is { } party) peer = (kept!, party);
                return true;
            }
            catch (RosflException refused)
            {
                refusal = refused;
                return false;
            }
        }
    }

    private static SslClientAuthenticationOptions Options(PartyCredentials? credentials, string host, RemoteCertificateValidationCallback isTrusted) => new()
    {
        TargetHost = host,
        ClientCertificateContext = credentials?.Presented,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        AllowRenegotiation = false,
        AllowTlsResume = false,
        RemoteCertificateValidationCallback = isTrusted,
    };

    private static Party Expect(Party party, PartyRole role, string? name) => party.Role == role && (name is null || party.Name == name) ? party
        : throw PeerCheck.Refused($"The server is {party}, and {Party.NameOf(role)}{(name is null ? "" : "/" + name)} is expected: check the address.");

    /// <summary>The answer's date tells how far the two clocks are apart.</summary>
    private static string ClockNote(Metadata trailers, DateTimeOffset now)
    {
        if (trailers.GetValue("date") is not { } text || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var theirs)) return "";
        var apart = (now - theirs).Duration();
        return apart < TimeSpan.FromMinutes(1) ? "" : $" The clock here says {PeerCheck.Shown(now)}, {PeerCheck.Span(apart)} {(now > theirs ? "after" : "before")} theirs.";
    }
}
