using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Grpc.Trust;

/// <summary>
/// Trust at a server, in three calls: <see cref="UsePartyTls"/> on each port, <see cref="AddPartyTrust"/> to the services,
/// <see cref="UseCallerCheck"/> in front of everything that answers.
/// </summary>
public static partial class ServerTrust
{
    /// <summary>
    /// HTTP/2 over TLS 1.3 with certificates both ways. The handshake refuses who has no certificate of our root; dates, revocation, role and
    /// name are checked on every call, where the refused end can be told why.
    /// </summary>
    /// <param name="limits">Has the handshake's; null for the default.</param>
    /// <param name="strangersWelcome">The certificate authority's service: who enrols has no certificate yet. Every call is still checked.</param>
    public static void UsePartyTls(this ListenOptions listen, PartyCredentials credentials, WireLimits? limits = null, bool strangersWelcome = false)
    {
        var log = listen.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ServerTrust));
        listen.Protocols = HttpProtocols.Http2;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds((limits ?? new()).HandshakeSeconds),
            OnConnection = connection => ValueTask.FromResult(Options(credentials, strangersWelcome, log, connection.Connection.RemoteEndPoint?.ToString() ?? "A caller")),
        });
    }

    public static IServiceCollection AddPartyTrust(this IServiceCollection services, PartyCredentials credentials) =>
        services.AddSingleton(credentials).AddSingleton<CallerCheck>();

    /// <summary>Refuses every call whose endpoint has no <see cref="CallersAttribute"/> that names the caller's role.</summary>
    public static IApplicationBuilder UseCallerCheck(this IApplicationBuilder app)
    {
        var check = app.ApplicationServices.GetRequiredService<CallerCheck>();
        return app.Use((context, next) => check.RunAsync(context, next));
    }

    private static SslServerAuthenticationOptions Options(PartyCredentials credentials, bool strangersWelcome, ILogger log, string where) => new()
    {
        ServerCertificateContext = credentials.Presented,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        AllowRenegotiation = false,
        AllowTlsResume = false, // a resumed session would bring back a certificate without its check
        RemoteCertificateValidationCallback = (_, certificate, _, _) => IsIssued(certificate, credentials, strangersWelcome, log, where),
    };

    private static bool IsIssued(X509Certificate? certificate, PartyCredentials credentials, bool strangersWelcome, ILogger log, string where)
    {
        if (certificate is null && strangersWelcome) return true;
        try
        {
            PeerCheck.Issued(certificate as X509Certificate2, credentials.Roots, where);
            return true;
        }
        catch (RosflException refused)
        {
            Log.Handshake(log, refused.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "TLS handshake refused: {Reason}")]
        public static partial void Handshake(ILogger logger, string reason);
    }
}
