using System.Diagnostics;
using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>
/// Measures, inside one site and on its own images, what can be read back from what would leave it at a cut. One cut from top to bottom: train the
/// network, watch the crossing, attack it, compare with what anyone could guess.
/// </summary>
/// <param name="progress">Told each stage in words.</param>
public sealed class LeakageAudit(RunOptions run, SiteImages own, SiteImages? auxiliary, Action<string> progress)
{
    public const int FewestPersons = 30, FewestSteps = 1500, ImageAttacks = 3, MaskSources = 3;
    internal const string LinearName = "A0 linear", DecoderName = "A1 decoder", HeadlessName = "A2 decoder without the head";
    private const int HeldOutImages = 32, RidgeImages = 192, StepsBetweenNotices = 500;

    /// <summary>All measurements of one cut, with the pictures for the site's own eyes.</summary>
    public (CutAudit Result, IReadOnlyList<AuditPicture> Pictures) Audit(CutOptions cut, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var scope = NewDisposeScope();
        var study = new Study(run with { Cut = cut, Rounds = 1 });
        var images = new AuditImages(study, own, auxiliary);

        Say(cut, "training the network");
        var steps = run.Audit.TrainingSteps;
        using var model = AuditedModel.Of(study, LocalTraining.Train(study, images, steps, hasBody: true, cancellation));
        using var siteOnly = AuditedModel.SiteOnly(study, LocalTraining.Train(study, images, steps, hasBody: false, cancellation));

        var shown = images.Victims();
        var victims = images.Load(shown);
        var heldOut = images.HeldOut(HeldOutImages);
        var unit = Intensities.Of(heldOut.Images);
        var truth = unit.ToUnit(victims.Images);
        var crossed = model.Observe(victims);
        var mean = MeanImage(images, unit);

        var gallery = new Gallery(images, unit, shown, run.Audit.Gallery);
        var attacks = Reconstruct(study, cut, model, images, heldOut, victims, unit, mean, crossed, cancellation).ToList();
        var masks = StealMasks(cut, model, images, heldOut, victims, cancellation);

        var result = new CutAudit(
            CutName.Of(cut), [.. crossed.Smashed.shape.Skip(1)], 2 * sizeof(float) * (crossed.Smashed.numel() + crossed.Features.numel()) / shown.Count,
            TaskScore.Of(model, victims, run), TaskScore.Of(siteOnly, victims, run),
            ImageScores.Of(mean.expand(truth.shape), truth), ImageScores.Of(Regions.Averaged(truth, 4), truth), ImageScores.Of(Regions.Averaged(truth, 8), truth),
            [.. attacks.Select(a => new Reconstruction(a.Name, ImageScores.Of(a.Images, truth), a.Steps, a.Plateau, gallery.Identified(a.Images)))], gallery.Count,
            masks, TaskScore.MeanMask(images, victims, run), steps == 0 ? null : MembershipAttack.Of(model, images, new Seeds(run.Seed).For("audit.bootstrap")),
            Statistics.DistanceCorrelation(Vectors(truth), Vectors(crossed.Smashed)), shown.Count, images.Persons, images.HasForeignAuxiliary, run.Audit.LeastSteps, clock.Elapsed.TotalSeconds);
        return (result, AuditPicture.Of(truth, attacks.ToDictionary(a => a.Name, a => a.Images)));
    }

    private void Say(CutOptions cut, string stage) => progress($"Cut {CutName.Of(cut)}: {stage}");

    private Action<int> StepsOf(CutOptions cut, string stage) => steps =>
    {
        if (steps % StepsBetweenNotices == 0) Say(cut, $"{stage}, {steps} steps");
    };

    /// <summary>A0, A1 and A2 on the victims, in 0..1.</summary>
    private IEnumerable<(string Name, Tensor Images, int Steps, bool Plateau)> Reconstruct(
        Study study, CutOptions cut, AuditedModel model, AuditImages images, Batch heldOut, Batch victims, Intensities unit, Tensor mean, Observation crossed, CancellationToken cancellation)
    {
        Say(cut, LinearName);
        var known = images.Auxiliary(-1, RidgeImages);
        using var ridge = RidgeAttack.Fit(model.Smash(known.Images), unit.ToUnit(known.Images), mean);
        yield return (LinearName, ridge.Reconstruct(crossed.Smashed), 0, true);

        if (run.Audit.Tries(AuditAttack.Decoder))
        {
            Say(cut, DecoderName);
            using var decoder = Fit(new(b => model.Smash(b.Images), b => unit.ToUnit(b.Images), DecoderAttack.ImageLoss), "audit.a1", DecoderName);
            yield return (DecoderName, Intensities.Clipped(decoder.Decode(victims)), decoder.Fitted.Steps, decoder.Fitted.Plateau);
        }

        if (!run.Audit.Tries(AuditAttack.Headless)) yield break;
        Say(cut, HeadlessName);
        using var head = SubstituteHead.Fit(study, images, crossed.Smashed, cancellation);
        using var headless = Fit(new(b => head.Smash(b.Images), b => unit.ToUnit(b.Images), DecoderAttack.ImageLoss), "audit.a2", HeadlessName);
        yield return (HeadlessName, Intensities.Clipped(headless.Seeing(b => model.Smash(b.Images), victims).Decode(victims)), headless.Fitted.Steps, headless.Fitted.Plateau);

        DecoderAttack Fit(Lesson lesson, string purpose, string name) =>
            DecoderAttack.Fit(lesson, images, heldOut, run.Network.InputChannels, run, purpose, StepsOf(cut, name), cancellation);
    }

    /// <summary>A3 from each thing that crosses; none where the task has no labels.</summary>
    private List<StolenMask> StealMasks(CutOptions cut, AuditedModel model, AuditImages images, Batch heldOut, Batch victims, CancellationToken cancellation)
    {
        if (run.Task != StudyTask.Segmentation) return [];
        (AuditAttack Attack, string Name, Func<Batch, Tensor> See)[] sources =
        [
            (AuditAttack.SmashedMask, "smashed", b => model.Smash(b.Images)),
            (AuditAttack.FeaturesMask, "features", b => model.Features(b.Images)),
            (AuditAttack.GradientMask, "gradient", b => model.Observe(b).Gradient),
        ];
        return [.. sources.Where(source => run.Audit.Tries(source.Attack)).Select(source =>
        {
            var name = $"A3 mask from {source.Name}";
            Say(cut, name);
            var lesson = new Lesson(source.See, b => b.Targets, Training.Losses.Losses.Make(new TrainingOptions(), run.Task, run.Network.OutputChannels));
            using var attack = DecoderAttack.Fit(lesson, images, heldOut, run.Network.OutputChannels, run, "audit.a3", StepsOf(cut, name), cancellation);
            return new StolenMask(source.Name, TaskScore.Dice(attack.Decode(victims), victims, run), attack.Fitted.Steps, attack.Fitted.Plateau);
        })];
    }

    private static Tensor MeanImage(AuditImages images, Intensities unit)
    {
        using var scope = NewDisposeScope();
        return unit.ToUnit(images.Auxiliary(-2, RidgeImages).Images).mean([0], keepdim: true).MoveToOuterDisposeScope();
    }

    private static float[][] Vectors(Tensor values)
    {
        var all = values.cpu().contiguous().data<float>().ToArray();
        return [.. all.Chunk(all.Length / (int)values.shape[0])];
    }
}
