using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Networks;
using RosFL.Privacy.Audit;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Planning;

/// <summary>How a site is connected.</summary>
/// <param name="BytesPerSecond">In each direction.</param>
/// <param name="Latency">Of a round trip.</param>
public sealed record Connection(double BytesPerSecond, TimeSpan Latency);

/// <summary>Every cut of a study's network beside FedAvg and centralized training, with times measured on this machine.</summary>
/// <param name="run">As the study takes it: <see cref="NetworkedRun"/> over a network.</param>
/// <param name="audits">What an audit found, by cut; may be empty.</param>
public sealed class StudyPlan(RunOptions run, SiteImages images, int sites, Connection connection, IReadOnlyDictionary<string, AuditSummary> audits)
{
    // weight, gradient and Adam's two moments
    private const int BytesPerTrained = 4 * sizeof(float);

    private readonly int steps = new Sampler(run.Training, StudySeeds.OfRun(run.Seed).Site(images.Site), images.TrainingItems).Round(0).Count;
    private readonly long items = new Sampler(run.Training, StudySeeds.OfRun(run.Seed).Site(images.Site), images.TrainingItems).Round(0).Sum(step => (long)step.Length);

    /// <summary>Steps of the site in a round.</summary>
    public int Steps => steps;

    /// <param name="time">How long to measure in all.</param>
    public IReadOnlyList<PlanLine> Lines(TimeSpan time, CancellationToken cancellation)
    {
        var cuts = CutName.Candidates(run);
        var lines = new List<PlanLine>();
        (MeasuredStep Measured, CutCost Cost, long Merged)? whole = null;
        foreach (var cut in cuts)
        {
            var study = new Study(run with { Cut = cut, Algorithm = new() { Name = "splitfed-v1", Merge = run.Algorithm.Merge } });
            var measured = MeasuredStep.Of(study, images, time / cuts.Count, cancellation);
            var cost = CutCost.Of(run.Network, cut, measured.Size);
            whole ??= (measured, cost, Merged(study, PartNames.All));
            lines.Add(Line(cut, measured, cost, Merged(study, study.SiteParts)));
        }
        return [.. PlanLine.Marked(lines), FedAvg(whole!.Value.Measured, whole.Value.Cost, whole.Value.Merged), Centralized(whole.Value.Measured)];
    }

    private PlanLine Line(CutOptions cut, MeasuredStep measured, CutCost cost, long merged)
    {
        var name = CutName.Of(cut);
        var audit = audits.GetValueOrDefault(name);
        var perStep = measured.BytesPerImage * run.Training.Batch;
        // forward and backward each wait for the other end once
        var step = measured.SiteTime + measured.BodyTime + Transfer(perStep) + 2 * connection.Latency;
        return new(name, cost.SiteParameters, cost.SiteMacs, Memory(cost.SiteParameters, cost.SiteActivations), (long)perStep,
            (long)(measured.BytesPerImage * items) + merged, step, steps * step + Transfer(merged), sites * measured.BodyTime / step,
            audit?.Gain, audit?.Leak, audit?.MaskLeak, audit is { IsLeakInconclusive: true }, audit is { IsMaskLeakInconclusive: true });
    }

    private PlanLine FedAvg(MeasuredStep whole, CutCost cost, long merged)
    {
        var (parameters, step) = (cost.SiteParameters + cost.BodyParameters, whole.SiteTime + whole.BodyTime);
        return new("fedavg", parameters, cost.SiteMacs + cost.BodyMacs, Memory(parameters, cost.SiteActivations + cost.BodyActivations), 0, merged, step, steps * step + Transfer(merged), 0);
    }

    /// <summary>All images in one place, which is what the others are there to avoid: the same number of steps in all, one after the other.</summary>
    private PlanLine Centralized(MeasuredStep whole)
    {
        var step = whole.SiteTime + whole.BodyTime;
        return new("centralized", 0, 0, 0, 0, 0, step, sites * steps * step, 1);
    }

    private long Memory(long parameters, long activations) => parameters * BytesPerTrained + activations * run.Training.Batch * sizeof(float);

    /// <summary>Bytes of some parts, both ways: all arrays that are merged, running statistics too.</summary>
    private long Merged(Study study, IEnumerable<PartName> parts) =>
        2 * RoundMerges.BytesPerValue(run) * parts.Sum(part => study.BlankOf(part).Arrays.Sum(array => array.Values.LongLength));

    private TimeSpan Transfer(double bytes) => TimeSpan.FromSeconds(bytes / connection.BytesPerSecond);
}
