using Microsoft.Extensions.Logging;
using RosFL.Grpc.Enrolment;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Watching;
using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Grpc.Hosting;

/// <summary>What every party's process has: credentials that are kept fresh, its audit log, its monitoring, and its approved studies.</summary>
public sealed class PartyProcess : IAsyncDisposable
{
    private readonly TimeProvider time;
    private readonly RefusalLog refusals;
    private readonly ILoggerFactory logging;
    private readonly CertificateRenewal? renewal;
    private WatchServer? watch;

    private PartyProcess(PartyFolder folder, TimeProvider time)
    {
        (Folder, this.time) = (folder, time);
        logging = LoggerFactory.Create(PartyLogging.Configure);
        Credentials = folder.Open(time, logging.CreateLogger<Revocations>());
        Log = AuditLog.Open(folder.AuditLogPath, time);
        refusals = new(Log, time);
        if (!folder.IsThrowAway) renewal = new(Credentials, new(folder, time), logging.CreateLogger<CertificateRenewal>());
    }

    public PartyFolder Folder { get; }

    public PartyCredentials Credentials { get; }

    public AuditLog Log { get; }

    public PartyHealth Health { get; } = new();

    /// <param name="party">The party's folder.</param>
    /// <param name="watching">Address and port of the monitoring; empty for none.</param>
    public static async Task<PartyProcess> StartAsync(string party, string watching, TimeProvider time, CancellationToken cancellation)
    {
        var process = new PartyProcess(new PartyFolder(party), time);
        try
        {
            TestSwitches.Take(process.Folder.IsThrowAway);
            if (watching.Length > 0) process.watch = await WatchServer.StartAsync(watching, process.Health);
            if (process.renewal is { } keeping) await keeping.StartAsync(cancellation);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>A study that this party approved, with its own run file under it; recorded as started.</summary>
    public ApprovedStudy Open(string study, RunFile own, RunNames names)
    {
        var approved = ApprovedStudy.Open(Folder, Credentials, study, own, names);
        Log.Append(new(AuditEventKind.StudyStarted) { Study = approved.Id, Hash = approved.Hash });
        return approved;
    }

    /// <summary>The keys with which this party takes part in secure aggregation; the caller's to dispose.</summary>
    public Identity Identity() => Folder.Identity(Credentials);

    /// <summary>Records a committed round: whatever hindered this party is over.</summary>
    public void Committed(CommitRecord record)
    {
        Log.Append(new(AuditEventKind.RoundCommitted) { Study = record.Key.Study, Round = record.Key.Round, Hash = record.Hash });
        Health.Ready();
    }

    public void Ended(string study) => Log.Append(new(AuditEventKind.StudyEnded) { Study = study });

    /// <summary>Counts a refused call or message, and records it.</summary>
    public void Refused(RosflException refusal)
    {
        Health.Failed(refusal);
        StudyMetrics.Refused();
        refusals.Add(AuditEvent.Refusal(refusal));
    }

    public async ValueTask DisposeAsync()
    {
        if (renewal is not null)
        {
            await renewal.StopAsync(CancellationToken.None);
            renewal.Dispose();
        }

        if (watch is not null) await watch.DisposeAsync();
        Credentials.Dispose();
        logging.Dispose();
    }
}
