using System.Diagnostics.Metrics;
using RosFL.Federation;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Watching;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Tests.Federation;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>What the sites' updates may take at the aggregation server while they cross, all together.</summary>
public sealed class BytesInFlightTests : IDisposable
{
    private readonly MadeStudy study = new(MadeStudy.Run("fedavg") with { Name = "in-flight" });
    private readonly TaskCompletionSource bothAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long asked, inFlight, mostInFlight;

    private long OneUpdate => ModelFrames.MostBytes(study.Study);

    /// <summary>One site has begun its update when another one's comes: that one waits, and both are taken.</summary>
    [Fact]
    public async Task Update_beyondTheLimit_waitsForTheOneBefore()
    {
        using var meters = Listen();
        await using var joined = await JoinedSite.ServeAsync(study, new WireLimits { BytesInFlight = OneUpdate });
        var start = new RoundStart(study.Key(0), study.Study.InitialOf(study.Study.SiteParts));
        using RawSite first = await joined.RawOf(0).WelcomeAsync(), second = await joined.RawOf(1).WelcomeAsync();
        var trained = joined.Remotes.Take(2).Select(remote => remote.TrainAsync(start, CancellationToken.None)).ToList();

        var command = (await first.TrainOrderAsync(study.Study)).Number;
        await first.AnnounceAsync(command);
        var sending = second.UpdateAsync((await second.TrainOrderAsync(study.Study)).Number, start.Global);
        await bothAsked.Task;
        await first.PartsAsync(start.Global);
        await sending;

        Assert.All(await Task.WhenAll(trained), update => Assert.Equal(start.Global.Hash(), update.Parts.Hash()));
        Assert.Equal((OneUpdate, 0), (mostInFlight, inFlight));
    }

    [Fact]
    public async Task Study_whoseUpdateIsBeyondTheLimit_isRefusedAtTheStart()
    {
        var refusal = await Assert.ThrowsAsync<RosflException>(() => JoinedSite.ServeAsync(study, new WireLimits { BytesInFlight = OneUpdate - 1 }));
        Assert.Equal($"A message of this study has {OneUpdate} bytes of tensors, and a server spends {OneUpdate - 1} at most (limits.bytesInFlight): use a smaller network, batch or patch, or raise it in the server's configuration.", refusal.Message);
    }

    public void Dispose() => study.Dispose();

    private MeterListener Listen()
    {
        var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == StudyMetrics.Source && instrument.Name.StartsWith("rosfl.parts.", StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<long>((instrument, value, labels, _) =>
        {
            if (!Equals(labels[0].Value, study.Study.Id)) return;
            if (instrument.Name == "rosfl.parts.inflight") mostInFlight = Math.Max(mostInFlight, inFlight += value); // within the budget's lock
            else if (value > 0 && ++asked == 2) bothAsked.TrySetResult();
        });
        meters.Start();
        return meters;
    }
}
