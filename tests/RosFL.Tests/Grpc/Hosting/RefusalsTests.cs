using System.Diagnostics.Metrics;
using RosFL.Federation;
using RosFL.Grpc.Watching;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>What the computation server refuses on a stream of a site is on its record and counted, and the study goes on.</summary>
public sealed class RefusalsTests
{
    private const string Sentence = "Study 'another' is unknown to this computation server: check the study's id.";

    [Fact]
    public async Task Stream_thatIsRefused_isInTheAuditLogAndCounted()
    {
        using var study = new HostedStudy(sites: 2, rounds: 2);
        long counted = 0;
        using var listener = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument is { Meter.Name: StudyMetrics.Source, Name: "rosfl.refusals" }) listener.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref counted, value));
        listener.Start();
        Task<string>? stray = null;
        var serving = study.ServeAsync(told =>
        {
            if (told is SimulationProgress.Stepped) stray ??= StrayHello.RefusedAsync(study.PartyOf("hospital-1"), study.Address(HostedStudy.Computation), "another");
        });
        await foreach (var ended in Task.WhenEach([serving, .. study.Sites.Select(site => study.JoinAsync(site, CancellationToken.None))])) await ended;
        Assert.Equal(Sentence, await stray!);
        await study.EndAsync();

        Assert.Contains(Sentence, File.ReadLines(study.PartyOf(HostedStudy.Computation).AuditLogPath).Select(line => StrictJson.Read<AuditLine>(line, "A line").Event.Sentence));
        Assert.True(counted > 0);
    }
}
