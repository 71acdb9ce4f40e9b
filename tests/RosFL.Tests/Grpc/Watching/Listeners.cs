using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using RosFL.Grpc.Watching;

namespace RosFL.Tests.Grpc.Watching;

/// <summary>Hears every span and every measurement of this process, as an exporter does.</summary>
internal sealed class Listeners : IDisposable
{
    private readonly ActivityListener spans;
    private readonly MeterListener meters;
    private readonly ConcurrentQueue<Measured> measured = new();
    private readonly ConcurrentQueue<Activity> ended = new();

    public Listeners()
    {
        spans = new()
        {
            ShouldListenTo = source => source.Name == StudyMetrics.Source,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(spans);
        meters = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == StudyMetrics.Source) listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<long>((instrument, value, labels, _) => measured.Enqueue(new(instrument.Name, value, Text(labels))));
        meters.SetMeasurementEventCallback<double>((instrument, value, labels, _) => measured.Enqueue(new(instrument.Name, value, Text(labels))));
        meters.Start();
    }

    /// <param name="Labels">As study=tiny stage=head.</param>
    public sealed record Measured(string Name, double Value, string Labels);

    public IReadOnlyList<Activity> Spans => [.. ended];

    public IReadOnlyList<Measured> Of(string instrument) => [.. measured.Where(m => m.Name == instrument)];

    public void Dispose()
    {
        spans.Dispose();
        meters.Dispose();
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> labels) => string.Join(' ', labels.ToArray().Select(l => $"{l.Key}={l.Value}"));
}
