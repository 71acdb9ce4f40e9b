using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using RosFL.Federation;

namespace RosFL.Grpc.Watching;

/// <summary>
/// What a party measures of itself, under the meter and the activity source "RosFL": counts, sizes and times of a study, with the names of studies and sites
/// and nothing else as labels.
/// </summary>
public static class StudyMetrics
{
    public const string Source = "RosFL";

    public static readonly ActivitySource Activities = new(Source);

    private static readonly Meter Meter = new(Source);
    private static readonly Counter<long> Rounds = Meter.CreateCounter<long>("rosfl.rounds", "{round}", "Committed rounds.");
    private static readonly Counter<long> Steps = Meter.CreateCounter<long>("rosfl.steps", "{step}", "Acknowledged training steps.");
    private static readonly Counter<long> Sent = Meter.CreateCounter<long>("rosfl.site.sent", "By", "Bytes that sites sent in committed rounds.");
    private static readonly Counter<long> Received = Meter.CreateCounter<long>("rosfl.site.received", "By", "Bytes that sites received in committed rounds.");
    private static readonly Counter<long> Drops = Meter.CreateCounter<long>("rosfl.drops", "{site}", "Sites that were missing from a committed round.");
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("rosfl.refusals", "{call}", "Calls and messages refused.");
    private static readonly Histogram<double> RoundTime = Meter.CreateHistogram<double>("rosfl.round.duration", "s", "From the beginning of a round to its commit.");
    private static readonly Histogram<double> StageTime = Meter.CreateHistogram<double>("rosfl.step.duration", "s", "Stages of a step at a site: waiting for the body's forward or backward half, the tail between them, the head from one backward to the next forward.");
    private static readonly UpDownCounter<long> InFlight = Meter.CreateUpDownCounter<long>("rosfl.body.inflight", "By", "Bytes of tensors that cross to or from bodies, or are computed with.");
    private static readonly UpDownCounter<long> Waiting = Meter.CreateUpDownCounter<long>("rosfl.body.waiting", "By", "Bytes of requests that wait for their share of the computation server's limit.");
    private static readonly UpDownCounter<long> PartsInFlight = Meter.CreateUpDownCounter<long>("rosfl.parts.inflight", "By", "Bytes of sites' parts that the aggregation server reads.");
    private static readonly UpDownCounter<long> PartsWaiting = Meter.CreateUpDownCounter<long>("rosfl.parts.waiting", "By", "Bytes of sites' parts that wait for their share of the aggregation server's limit.");
    private static readonly ConcurrentDictionary<(string Study, string Site), double> Losses = new();

    static StudyMetrics() => Meter.CreateObservableGauge("rosfl.loss", () => Losses.Select(loss =>
        new Measurement<double>(loss.Value, new("study", loss.Key.Study), new("site", loss.Key.Site))), description: "Mean loss of a site in the last committed round.");

    /// <summary>Counts what the aggregation server, or a simulation, tells of a study.</summary>
    /// <param name="sites">Sites in the study's roster.</param>
    public static void Count(string study, int sites, SimulationProgress progress)
    {
        switch (progress)
        {
            case SimulationProgress.Stepped(var step):
                Steps.Add(1, new("study", study), new("site", step.Site));
                break;
            case SimulationProgress.Committed(var round):
                Rounds.Add(1, new KeyValuePair<string, object?>("study", study));
                RoundTime.Record(round.Seconds, new KeyValuePair<string, object?>("study", study));
                if (round.Sites.Count < sites) Drops.Add(sites - round.Sites.Count, new KeyValuePair<string, object?>("study", study));
                foreach (var site in round.Sites)
                {
                    Sent.Add(site.BytesUp, new("study", study), new("site", site.Site));
                    Received.Add(site.BytesDown, new("study", study), new("site", site.Site));
                    Losses[(study, site.Site)] = site.Loss;
                }

                Trace(study, round);
                break;
        }
    }

    public static void Refused() => Refusals.Add(1);

    public static void Stage(string study, string stage, TimeSpan time) => StageTime.Record(time.TotalSeconds, new("study", study), new("stage", stage));

    /// <summary>Changes of the queue at the computation server, in bytes.</summary>
    public static void Queue(string study, long inFlight, long waiting)
    {
        InFlight.Add(inFlight, new KeyValuePair<string, object?>("study", study));
        Waiting.Add(waiting, new KeyValuePair<string, object?>("study", study));
    }

    /// <summary>Changes of the queue at the aggregation server, in bytes.</summary>
    public static void QueueOfParts(string study, long inFlight, long waiting)
    {
        PartsInFlight.Add(inFlight, new KeyValuePair<string, object?>("study", study));
        PartsWaiting.Add(waiting, new KeyValuePair<string, object?>("study", study));
    }

    /// <summary>A span over the round, made when it is committed since only then it counts.</summary>
    private static void Trace(string study, Runs.RoundRecord round)
    {
        var end = TimeProvider.System.GetUtcNow();
        using var activity = Activities.StartActivity("round", ActivityKind.Internal, default(ActivityContext), startTime: end - TimeSpan.FromSeconds(round.Seconds),
            tags: [new("study", study), new("round", round.Round), new("sites", round.Sites.Count), new("record", round.Hash)]);
        activity?.SetEndTime(end.UtcDateTime);
    }
}
