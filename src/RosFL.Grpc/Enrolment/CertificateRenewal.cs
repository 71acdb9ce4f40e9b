using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Grpc.Enrolment;

/// <summary>
/// Keeps a running party's certificate and revocation list fresh: renews at two thirds of the lifetime, tries again every hour when the authority
/// does not answer, and fetches the revocation list every two seconds, so that a revoked party is cut within five.
/// </summary>
public sealed partial class CertificateRenewal(PartyCredentials credentials, EnrolmentClient client, ILogger<CertificateRenewal> log) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromHours(1), ListPeriod = TimeSpan.FromSeconds(2);

    private bool answers = true; // the authority, when it was last asked for its list

    /// <summary>When the present certificate is due.</summary>
    public static DateTimeOffset Due(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
    {
        var (from, to) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
        return from + (to - from) * 2 / 3;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var next = Due(credentials.Certificate);
        using var timer = new PeriodicTimer(ListPeriod, credentials.Time);
        do
        {
            await FetchListAsync(stoppingToken);
            if (credentials.Time.GetUtcNow() < next) continue;
            next = await RenewAsync(stoppingToken) ? Due(credentials.Certificate) : credentials.Time.GetUtcNow() + RetryAfter;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>An authority that is away is told of once: it need not run all the time.</summary>
    private async Task FetchListAsync(CancellationToken cancel)
    {
        try
        {
            credentials.Revocations.Take(await client.RevokedAsync(credentials, cancel), "The certificate authority's");
            answers = true;
        }
        catch (RosflException error)
        {
            if (answers) Log.NoList(log, error.Message);
            answers = false;
        }
    }

    private async Task<bool> RenewAsync(CancellationToken cancel)
    {
        try
        {
            credentials.Renew(await client.RenewAsync(credentials, cancel));
            return true;
        }
        catch (RosflException error)
        {
            Log.NotRenewed(log, PeerCheck.Shown(credentials.Certificate.NotAfter.ToUniversalTime()), error.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The revocation list could not be fetched and is asked for again until it comes; the one in force stays: {Reason}")]
        public static partial void NoList(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The renewal failed and is tried again; our certificate is good until {Expiry}: {Reason}")]
        public static partial void NotRenewed(ILogger logger, string expiry, string reason);
    }
}
