using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Training.Losses;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>Attacker A3: the label map from one of the things that cross.</summary>
internal static class MaskAttack
{
    private const int Partners = 192;

    private static readonly Dictionary<AuditAttack, string> Sources = new()
    {
        [AuditAttack.SmashedMask] = "smashed",
        [AuditAttack.FeaturesMask] = "features",
        [AuditAttack.GradientMask] = "gradient",
    };

    /// <summary>All of them; the slowest first, so that threads which share the work end together.</summary>
    public static IReadOnlyList<AuditAttack> All { get; } = [AuditAttack.GradientMask, AuditAttack.FeaturesMask, AuditAttack.SmashedMask];

    public static string SourceOf(AuditAttack attack) => Sources[attack];

    public static StolenMask Steal(AuditScene scene, AuditAttack attack, Action<int> progress, CancellationToken cancellation)
    {
        Func<Batch, Tensor> see = attack switch
        {
            AuditAttack.SmashedMask => b => scene.Model.Smash(b.Images),
            AuditAttack.FeaturesMask => b => scene.Model.Features(b.Images),
            _ => Gradients(scene),
        };
        var run = scene.Run;
        var lesson = new Lesson(see, b => b.Targets, Losses.Make(new TrainingOptions(), run.Task, run.Network.OutputChannels));
        using var decoder = DecoderAttack.Fit(lesson, scene, run.Network.OutputChannels, "audit.a3", progress, cancellation);
        return new StolenMask(SourceOf(attack), TaskScore.Dice(decoder.Decode(scene.Victims), scene.Victims, run), decoder.Fitted.Steps, decoder.Fitted.Plateau);
    }

    /// <summary>The gradients of a batch; where a guard mixes them, with those of any images of the group from which the batch is.</summary>
    private static Func<Batch, Tensor> Gradients(AuditScene scene)
    {
        if (scene.Run.Privacy.Gradient != GradientKind.Mixed) return b => scene.Model.Observe(b).Gradient;
        var auxiliary = scene.Model.ExactGradients(scene.Images.Auxiliary(-4, Partners));
        var attacked = scene.Model.ExactGradients(scene.Images.AmongVictims(Partners));
        return b => scene.Model.Observe(b, ReferenceEquals(b, scene.Victims) ? attacked : auxiliary).Gradient;
    }
}
