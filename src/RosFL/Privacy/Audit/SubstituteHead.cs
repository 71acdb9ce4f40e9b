using RosFL.Federation;
using RosFL.Runs;
using RosFL.Tensors;
using RosFL.Training.Optimizers;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>
/// What attacker A2 has in place of the head it does not know: a head of the same make, trained so that its smashed values of auxiliary images have
/// the mean and covariance of channels that the attacker observes.
/// </summary>
internal sealed class SubstituteHead : IDisposable
{
    private const int MostSteps = 300, Count = 8;
    private readonly SitePart part;

    private SubstituteHead(SitePart part) => this.part = part;

    /// <param name="observed">Smashed values that crossed.</param>
    public static SubstituteHead Fit(Study study, AuditImages images, Tensor observed, CancellationToken cancellation)
    {
        var part = study.NewSitePart();
        part.Head.Draw(new Seeds(study.Run.Seed).Derive("audit.substitute"));
        using var outer = NewDisposeScope();
        var (mean, covariance) = Moments(observed);
        using var rule = new AdamRule(part.Head, new TrainingOptions(), decoupled: false);
        for (var k = 0; k < Math.Min(MostSteps, study.Run.Audit.MostSteps); k++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (ownMean, ownCovariance) = Moments(part.Levels.Head(images.Auxiliary(k, Count).Images, out _).to(ScalarType.Float32));
            Apart(ownMean, mean).Plus(Apart(ownCovariance, covariance)).backward();
            rule.Step(2e-3);
            part.Head.ClearGradients();
        }
        return new(part);
    }

    /// <summary>Smashed values of images as the substitute makes them, without a graph.</summary>
    public Tensor Smash(Tensor images)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return part.Levels.Head(images, out _).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    public void Dispose() => part.Dispose();

    private static Tensor Apart(Tensor own, Tensor other) => (own - other).Power(2).mean() / other.Power(2).mean();

    private static (Tensor Mean, Tensor Covariance) Moments(Tensor smashed)
    {
        var rows = movedim(smashed, 1, -1).reshape(-1, smashed.shape[1]);
        var mean = rows.mean([0]);
        var centred = rows - mean;
        return (mean, centred.t().mm(centred).DividedBy(centred.shape[0]));
    }
}
