using RosFL.Federation;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>Trains the network of a cut at one site alone, by the one training step, so that a cut can be judged before anyone has joined.</summary>
internal static class LocalTraining
{
    /// <param name="steps">0 returns the initial weights.</param>
    /// <param name="hasBody">False trains the outer levels alone.</param>
    public static LocalModel Train(Study study, AuditImages images, int steps, bool hasBody, CancellationToken cancellation)
    {
        using var part = study.NewSitePart();
        part.Head.Write(study.InitialOf(PartName.Head));
        part.Tail.Write(study.InitialOf(PartName.Tail));
        var replica = hasBody ? study.NewBody() : null;
        replica?.Part.Write(study.InitialOf(PartName.Body));
        using var link = study.Guarded(replica is null ? study.NewNoBody() : new LocalBodyLink(replica), "audit");
        using var penalty = hasBody ? study.NewHeadPenalty("audit") : null;
        using var bodyTask = hasBody ? study.NewBodyTask() : null;
        var step = new TrainingStep(part, link, study.NewLoss(), penalty, bodyTask);
        for (var k = 0; k < steps; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            step.Run(images.Members(k, study.Run.Training.Batch), new StepTime(0, k, steps));
        }
        var parts = new Model(new Dictionary<PartName, Weights>
        {
            [PartName.Head] = part.Head.Read(),
            [PartName.Body] = replica?.Part.Read() ?? Weights.None,
            [PartName.Tail] = part.Tail.Read(),
        });
        return new(parts, bodyTask?.Memory() ?? []);
    }
}
