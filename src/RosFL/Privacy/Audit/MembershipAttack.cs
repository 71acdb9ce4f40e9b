using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>Attacker A4: takes for members the images with the smallest loss (Yeom et al. 2018).</summary>
internal static class MembershipAttack
{
    public static Membership Of(AuditedModel model, AuditImages images, long seed)
    {
        double[] Losses(IEnumerable<Shown> shown) => [.. shown.Select(s =>
        {
            using var scope = NewDisposeScope();
            return model.Loss(images.Load([s]));
        })];
        var (members, others) = (Losses(images.MembersShown()), Losses(images.OthersShown()));
        static double Found(IReadOnlyList<double> m, IReadOnlyList<double> o) => Statistics.TruePositives(m, o, 0.01);
        var (auc, found) = (Statistics.Interval(members, others, seed, Statistics.Auc), Statistics.Interval(members, others, seed, Found));
        return new(Statistics.Auc(members, others), auc.Low, auc.High, Found(members, others), found.Low, found.High);
    }
}
