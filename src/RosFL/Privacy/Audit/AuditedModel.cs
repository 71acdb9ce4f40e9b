using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Tensors;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>The network of one cut, whole at the site that audits it: trained on the site's own images, then watched at the cut.</summary>
internal sealed class AuditedModel : IDisposable
{
    private readonly Study study;
    private readonly SitePart part;
    private readonly IBodyLink body, watched, heard;
    private readonly WireTap? tap;
    private readonly BodyTask? bodyTask;
    private readonly WireTap ear = new(null);
    private readonly Seeds seeds;
    private readonly int batches;
    private int steps;

    private AuditedModel(Study study, SitePart part, IBodyLink body, WireTap? tap, BodyTask? bodyTask, double crossings)
    {
        (this.study, this.part, this.body, this.tap, this.bodyTask, seeds) = (study, part, body, tap, bodyTask, new Seeds(study.Run.Seed));
        batches = Crossings.Batches(study.Run.Privacy, crossings);
        var guards = Crossings.Averaged(study.Run.Privacy, crossings);
        watched = study.Guarded(tap ?? body, "audit", guards);
        heard = study.Guarded(ear, "audit", guards);
    }

    /// <param name="crossings">How many crossings of the same image whoever watches averages.</param>
    public static AuditedModel Of(Study study, LocalModel model, double crossings)
    {
        var (part, replica, bodyTask) = (study.NewSitePart(), study.NewBody(), study.NewBodyTask());
        Write(part, model.Parts);
        replica.Part.Write(model.Parts[PartName.Body]);
        bodyTask?.Recall(model.BodyTask);
        var tap = new WireTap(replica);
        return new(study, part, study.Guarded(tap, "audit"), tap, bodyTask, crossings);
    }

    /// <summary>The outer levels alone.</summary>
    public static AuditedModel SiteOnly(Study study, LocalModel model)
    {
        var part = study.NewSitePart();
        Write(part, model.Parts);
        return new(study, part, study.NewNoBody(), null, null, crossings: 1);
    }

    /// <summary>Sees the images as the computation server would, in training batches of the study's size; in the caller's dispose scope and without a graph.</summary>
    /// <param name="partners">Exact gradients of the images that training may mix with these; null mixes, if anything, what is seen together.</param>
    public Observation Observe(Batch batch, Tensor? partners = null)
    {
        using var scope = NewDisposeScope();
        var seen = InTrainingBatches(batch).Select(b => ObserveTogether(b, partners)).ToList();
        Tensor All(Func<Observation, Tensor> of) => cat([.. seen.Select(of)], 0).MoveToOuterDisposeScope();
        return new(All(o => o.Smashed), All(o => o.Features), All(o => o.Gradient));
    }

    /// <summary>The features' gradients as no guard has touched them, each as its training batch's loss has it; in the caller's dispose scope.</summary>
    public Tensor ExactGradients(Batch batch)
    {
        Tensor Together(Batch images)
        {
            using var inner = NewDisposeScope();
            return ExactGradients(images, Next()).MoveToOuterDisposeScope();
        }
        using var scope = NewDisposeScope();
        return cat([.. InTrainingBatches(batch).Select(Together)], 0).MoveToOuterDisposeScope();
    }

    private IEnumerable<Batch> InTrainingBatches(Batch batch)
    {
        var (count, each) = (batch.Images.shape[0], study.Run.Training.Batch);
        for (long first = 0; first < count; first += each) yield return batch.Narrow(first, Math.Min(each, count - first));
    }

    private Observation ObserveTogether(Batch batch, Tensor? partners)
    {
        using var scope = NewDisposeScope();
        var time = Next();
        var exact = ExactGradients(batch, time);
        var crossed = partners is null ? Crossed(exact, time) : cat([.. exact.split(1).Select(own => Averaged(own, partners))], 0);
        // the loss is a mean over the batch, and an attacker knows of how many images
        var gradient = crossed.Times(study.Run.Training.Batch);
        return new(tap!.Smashed!.MoveToOuterDisposeScope(), tap.Features!.MoveToOuterDisposeScope(), gradient.MoveToOuterDisposeScope());
    }

    private Tensor ExactGradients(Batch batch, StepTime time)
    {
        using var grad = enable_grad();
        part.Train(false);
        var smashed = part.Levels.Head(batch.Images, out var skips).detach();
        var features = watched.Forward(smashed, time).detach().requires_grad_();
        var loss = study.NewLoss().Of(part.Levels.Tail(features, [.. skips.Select(s => s?.detach())]), batch.Targets, batch.Mask);
        var gradients = bodyTask?.Gradient(batch.Images, features) ?? autograd.grad([loss], [features])[0];
        // a batch of fewer images, as the last one may be, has its loss of fewer
        return gradients.Times(batch.Images.shape[0] / (double)study.Run.Training.Batch);
    }

    /// <summary>What becomes of a batch's gradients on their way.</summary>
    private Tensor Crossed(Tensor gradients, StepTime time)
    {
        watched.Backward(gradients, time);
        return tap!.Gradient!;
    }

    /// <summary>The mean of what becomes of an image's gradient in one training batch after the other, each with partners drawn anew (the image itself may be among them).</summary>
    private Tensor Averaged(Tensor own, Tensor partners)
    {
        var sum = zeros_like(own, ScalarType.Float32);
        for (var k = 0; k < batches; k++)
        {
            using var scope = NewDisposeScope();
            var time = Next();
            var random = Seeds.Random(seeds.For("audit.partners", time.Step));
            var others = Enumerable.Range(1, study.Run.Training.Batch - 1).Select(_ => partners.narrow(0, random.Next((int)partners.shape[0]), 1));
            sum.Add(Crossed(cat([own, .. others], 0), time).narrow(0, 0, 1));
        }
        return sum.DividedBy(batches);
    }

    /// <summary>The smashed values of images, without a graph, as they cross.</summary>
    public Tensor Smash(Tensor images)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        part.Train(false);
        heard.Forward(part.Levels.Head(images, out _), Next());
        return ear.Smashed!.MoveToOuterDisposeScope();
    }

    /// <summary>What the body answers to images, without a graph.</summary>
    public Tensor Features(Tensor images)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        part.Train(false);
        watched.Forward(part.Levels.Head(images, out _), Next());
        return tap!.Features!.MoveToOuterDisposeScope();
    }

    /// <summary>The network's output for images.</summary>
    public Tensor Predict(Tensor images)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        part.Train(false);
        return part.Levels.Tail(body.Infer(part.Levels.Head(images, out var skips)), skips).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>The loss of one batch, nothing trained.</summary>
    public double Loss(Batch batch)
    {
        using var scope = NewDisposeScope();
        return study.NewLoss().Of(Predict(batch.Images), batch.Targets, batch.Mask).item<float>();
    }

    public void Dispose()
    {
        part.Dispose();
        body.Dispose();
        bodyTask?.Dispose();
    }

    /// <summary>A step of its own for everything that crosses, since a guard's noise is another one at every step.</summary>
    private StepTime Next() => new(0, steps++, int.MaxValue);

    private static void Write(SitePart part, Model model)
    {
        part.Head.Write(model[PartName.Head]);
        part.Tail.Write(model[PartName.Tail]);
    }
}
