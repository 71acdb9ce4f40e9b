using RosFL.Runs;
using RosFL.Tensors;

namespace RosFL.Privacy.Audit;

/// <summary>What is measured of a cut beside the attackers that learn: shapes and bytes, scores, trivial guesses, membership.</summary>
internal static class CutMeasures
{
    /// <summary>A result without reconstructions and stolen masks.</summary>
    /// <param name="siteOnly">Weights of the outer levels, trained without a body.</param>
    public static CutAudit Of(AuditScene scene, CutOptions cut, LocalModel siteOnly)
    {
        var (run, model, victims, truth) = (scene.Run, scene.Model, scene.Victims, scene.Truth);
        using var alone = AuditedModel.SiteOnly(scene.Study, siteOnly);
        var crossed = model.Observe(victims);
        return new CutAudit(
            Cut: CutName.Of(cut),
            Smashed: [.. crossed.Smashed.shape.Skip(1)],
            BytesPerImage: 2 * sizeof(float) * (crossed.Smashed.numel() + crossed.Features.numel()) / scene.Shown.Count,
            Score: TaskScore.Of(model, victims, run),
            SiteOnlyScore: TaskScore.Of(alone, victims, run),
            MeanImage: ImageScores.Of(scene.MeanImage().expand(truth.shape), truth),
            Pixelated4: ImageScores.Of(Regions.Averaged(truth, 4), truth),
            Pixelated8: ImageScores.Of(Regions.Averaged(truth, 8), truth),
            Reconstructions: [],
            Gallery: new Gallery(scene.Images, scene.Unit, scene.Shown, run.Audit.Gallery).Count,
            StolenMasks: [],
            MeanMaskDice: TaskScore.MeanMask(scene.Images, victims, run),
            Membership: run.Audit.TrainingSteps == 0 ? null : MembershipAttack.Of(model, scene.Images, new Seeds(run.Seed).For("audit.bootstrap")),
            DistanceCorrelation: Statistics.DistanceCorrelation(truth.Rows(), crossed.Smashed.Rows()),
            Victims: scene.Shown.Count,
            Persons: scene.Images.Persons,
            HasForeignAuxiliary: scene.Images.HasForeignAuxiliary,
            Crossings: scene.Crossings,
            Effort: AuditEffort.Of(run.Audit),
            Seconds: 0);
    }
}
