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
            CutName.Of(cut), [.. crossed.Smashed.shape.Skip(1)], 2 * sizeof(float) * (crossed.Smashed.numel() + crossed.Features.numel()) / scene.Shown.Count,
            TaskScore.Of(model, victims, run), TaskScore.Of(alone, victims, run),
            ImageScores.Of(scene.MeanImage().expand(truth.shape), truth), ImageScores.Of(Regions.Averaged(truth, 4), truth), ImageScores.Of(Regions.Averaged(truth, 8), truth),
            [], new Gallery(scene.Images, scene.Unit, scene.Shown, run.Audit.Gallery).Count, [], TaskScore.MeanMask(scene.Images, victims, run),
            run.Audit.TrainingSteps == 0 ? null : MembershipAttack.Of(model, scene.Images, new Seeds(run.Seed).For("audit.bootstrap")),
            Statistics.DistanceCorrelation(truth.Rows(), crossed.Smashed.Rows()), scene.Shown.Count, scene.Images.Persons, scene.Images.HasForeignAuxiliary, scene.Crossings, AuditEffort.Of(run.Audit), 0);
    }
}
