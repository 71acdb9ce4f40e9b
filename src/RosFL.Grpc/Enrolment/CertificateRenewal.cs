using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Grpc.Enrolment;

/// <summary>
/// Keeps a running party's certificate and revocation list fresh: renews at two thirds of the lifetime, tries again every hour when the authority
/// does not answer, and fetches the revocation list every minute.
/// </summary>
public sealed partial class CertificateRenewal(PartyCredentials credentials, EnrolmentClient client, ILogger<CertificateRenewal> log) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromHours(1), ListPeriod = TimeSpan.FromMinutes(1);

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
            await TryAsync("revocation list", async () => credentials.Revocations.Take(await client.RevokedAsync(credentials, stoppingToken), "The certificate authority's"));
            if (credentials.Time.GetUtcNow() < next) continue;
            next = await TryAsync("renewal", async () => credentials.Renew(await client.RenewAsync(credentials, stoppingToken)))
                ? Due(credentials.Certificate) : credentials.Time.GetUtcNow() + RetryAfter;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<bool> TryAsync(string what, Func<Task> step)
    {
        try
        {
            await step();
            return true;
        }
        catch (RosflException error)
        {
            Log.Failed(log, what, PeerCheck.Shown(credentials.Certificate.NotAfter.ToUniversalTime()), error.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The {What} failed and is tried again; our certificate is good until {Expiry}: {Reason}")]
        public static partial void Failed(ILogger logger, string what, string expiry, string reason);
    }
}
