using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Networks;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Planning;

/// <summary>How a site is connected.</summary>
/// <param name="BytesPerSecond">In each direction.</param>
/// <param name="Latency">Of a round trip, to either server.</param>
public sealed record Connection(double BytesPerSecond, TimeSpan Latency);

/// <summary>Every cut of a study's network beside FedAvg and centralized training, with times measured on this machine.</summary>
/// <param name="run">As the study takes it: <see cref="NetworkedRun"/> over a network.</param>
/// <param name="audits">What an audit found, by cut; may be empty.</param>
public sealed class StudyPlan(RunOptions run, SiteImages images, int sites, Connection connection, IReadOnlyDictionary<string, AuditSummary> audits)
{
    /// <summary>What frames, TLS, orders, figures and scores add at most, beside <see cref="FrameShare"/> of what they carry.</summary>
    public const int FrameBytesPerStep = 1536, FrameBytesPerRound = 8192;

    public const double FrameShare = 0.005;

    // weight, gradient and Adam's two moments
    private const int BytesPerTrained = 4 * sizeof(float);

    private readonly int steps = new Sampler(run.Training, StudySeeds.OfRun(run.Seed).Site(images.Site), images.TrainingItems).Round(0).Count;
    private readonly long items = new Sampler(run.Training, StudySeeds.OfRun(run.Seed).Site(images.Site), images.TrainingItems).Round(0).Sum(step => (long)step.Length);

    private readonly Lazy<long> scored = new(() => ScoredPixels(run, images));

    /// <summary>Steps of the site in a round.</summary>
    public int Steps => steps;

    /// <param name="time">How long to measure in all.</param>
    public IReadOnlyList<PlanLine> Lines(TimeSpan time, CancellationToken cancellation)
    {
        var cuts = CutName.Candidates(run);
        var lines = new List<PlanLine>();
        (MeasuredStep Measured, CutCost Cost)? whole = null;
        foreach (var cut in cuts)
        {
            var measured = MeasuredStep.Of(StudyOf(cut, "splitfed-v1"), images, time / cuts.Count, cancellation);
            var cost = CutCost.Of(run.Network, cut, measured.Size);
            whole ??= (measured, cost);
            lines.Add(Line(cut, measured, cost, MergeTraffic.Of(MergedStudyOf(cut), sites)));
        }
        IEnumerable<PlanLine> all = [.. PlanLine.Marked(lines), FedAvg(whole!.Value.Measured, whole.Value.Cost, MergeTraffic.Of(StudyOf(cuts[0], "fedavg"), sites)), Centralized(whole.Value.Measured)];
        return [.. all.Select(line => line with { BytesPerStudy = line.BytesPerRound * run.Rounds })];
    }

    /// <summary>What follows from one measured step.</summary>
    internal PlanLine Line(CutOptions cut, MeasuredStep measured, CutCost cost, MergeTraffic merged)
    {
        var name = CutName.Of(cut);
        var audit = audits.GetValueOrDefault(name);
        var perStep = measured.BytesPerImage * run.Training.Batch;
        // forward and backward each wait for the other end once
        var step = measured.SiteTime + measured.BodyTime + Transfer(perStep) + 2 * connection.Latency;
        return new(name, cost.SiteParameters, cost.SiteMacs, Memory(cost.SiteParameters, cost.SiteActivations), (long)perStep,
            (long)(measured.BytesPerImage * items) + merged.Up + merged.Down, merged.Sealed, BytesPerScoring(measured) + merged.Given,
            step, steps * step + Transfer(merged), sites * measured.BodyTime / step,
            audit?.Gain, audit?.Leak, audit?.MaskLeak, audit is { IsLeakInconclusive: true }, audit is { IsMaskLeakInconclusive: true });
    }

    private PlanLine FedAvg(MeasuredStep whole, CutCost cost, MergeTraffic merged)
    {
        var (parameters, step) = (cost.SiteParameters + cost.BodyParameters, whole.SiteTime + whole.BodyTime);
        return new("fedavg", parameters, cost.SiteMacs + cost.BodyMacs, Memory(parameters, cost.SiteActivations + cost.BodyActivations), 0, merged.Up + merged.Down, merged.Sealed, merged.Given,
            step, steps * step + Transfer(merged), 0);
    }

    /// <summary>All images in one place, which is what the others are there to avoid: the same number of steps in all, one after the other.</summary>
    private PlanLine Centralized(MeasuredStep whole)
    {
        var step = whole.SiteTime + whole.BodyTime;
        return new("centralized", 0, 0, 0, 0, 0, 0, 0, step, sites * steps * step, 1);
    }

    /// <summary>Forward only: half of what crosses in a training step, pixel for pixel.</summary>
    private long BytesPerScoring(MeasuredStep measured) => (long)(measured.BytesPerImage / 2 * scored.Value / measured.Size.Aggregate(1L, (a, b) => a * b));

    /// <summary>Pixels that a network is given to score all validation images, windows that overlap counted as often as they do.</summary>
    private static long ScoredPixels(RunOptions run, SiteImages images)
    {
        if (images.Count(Split.Validation) == 0) return 0;
        var pixels = 0L;
        new Evaluation(new Study(run), images.Site).Output(images.Whole(Split.Validation, 0), window =>
        {
            pixels += window.numel() / window.shape[1];
            return zeros([1, run.Network.OutputChannels, .. window.shape.Skip(2)]);
        });
        return pixels * images.Count(Split.Validation);
    }

    private long Memory(long parameters, long activations) => parameters * BytesPerTrained + activations * run.Training.Batch * sizeof(float);

    private Study StudyOf(CutOptions cut, string algorithm) => new(run with { Cut = cut, Algorithm = new() { Name = algorithm, Merge = run.Algorithm.Merge } });

    /// <summary>Of the run's own algorithm, whose correction may have a memory, where that can be cut.</summary>
    private Study MergedStudyOf(CutOptions cut) =>
        Algorithms.Of(run) is { Body: BodyPlace.ReplicaPerSite or BodyPlace.Shared, Merges: true, Order: SiteOrder.Together } ? new(run with { Cut = cut }) : StudyOf(cut, "splitfed-v1");

    /// <summary>Of a merge, with the state for whose site all wait.</summary>
    private TimeSpan Transfer(MergeTraffic merged) => Transfer(merged.Up + merged.Down + merged.Sealed) + merged.Trips * connection.Latency;

    private TimeSpan Transfer(double bytes) => TimeSpan.FromSeconds(bytes / connection.BytesPerSecond);
}
