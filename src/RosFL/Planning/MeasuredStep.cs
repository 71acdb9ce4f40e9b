using System.Diagnostics;
using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Training;
using RosFL.Training.Payloads;
using static TorchSharp.torch;

namespace RosFL.Planning;

/// <summary>One training step of a cut, measured on this machine with the site's own images.</summary>
/// <param name="SiteTime">Median time in head, tail, loss and their optimizers.</param>
/// <param name="BodyTime">Median time in the body and its optimizer.</param>
/// <param name="BytesPerImage">Both ways, as the run's payload carries them.</param>
/// <param name="Size">Pixels of one image along each axis.</param>
internal sealed record MeasuredStep(TimeSpan SiteTime, TimeSpan BodyTime, double BytesPerImage, long[] Size)
{
    private const int FewestSteps = 3;

    /// <param name="time">How long to measure.</param>
    /// <param name="around">Puts something around the body.</param>
    public static MeasuredStep Of(Study study, SiteImages images, TimeSpan time, CancellationToken cancellation, Func<IBodyLink, IBodyLink>? around = null)
    {
        using var scope = NewDisposeScope();
        var batch = images.Batch([.. Enumerable.Range(0, study.Run.Training.Batch).Select(i => i % images.TrainingItems)], 1).To(study);
        using var part = study.NewSitePart();
        var replica = study.NewBody();
        part.Head.Write(study.InitialOf(PartName.Head));
        part.Tail.Write(study.InitialOf(PartName.Tail));
        replica.Part.Write(study.InitialOf(PartName.Body));
        IBodyLink local = new LocalBodyLink(replica);
        var body = new StopwatchBodyLink(around is null ? local : around(local));
        using var metered = new MeteredBodyLink(body, new PayloadCodec(study.Run.Wire));
        using var penalty = study.NewHeadPenalty("plan");
        using var bodyTask = study.NewBodyTask();
        var step = new TrainingStep(part, metered, study.NewLoss(), penalty, bodyTask);
        step.Run(batch, new StepTime(0, 0, 1));
        var bytes = metered.Up + metered.Down;
        var times = new List<(TimeSpan Whole, TimeSpan Body)>();
        for (var clock = Stopwatch.StartNew(); times.Count < FewestSteps || clock.Elapsed < time;)
        {
            cancellation.ThrowIfCancellationRequested();
            body.Restart();
            var start = Stopwatch.GetTimestamp();
            step.Run(batch, new StepTime(0, 0, 1));
            times.Add((Stopwatch.GetElapsedTime(start), body.Elapsed));
        }
        var inBody = Median(times.Select(t => t.Body));
        return new(Median(times.Select(t => t.Whole)) - inBody, inBody, bytes / (double)study.Run.Training.Batch, [.. batch.Images.shape.Skip(2)]);
    }

    private static TimeSpan Median(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
