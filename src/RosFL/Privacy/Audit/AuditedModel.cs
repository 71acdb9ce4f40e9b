using RosFL.Federation;
using RosFL.Imaging;
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
    private int steps;

    private AuditedModel(Study study, SitePart part, IBodyLink body, WireTap? tap, BodyTask? bodyTask, double crossings)
    {
        (this.study, this.part, this.body, this.tap, this.bodyTask) = (study, part, body, tap, bodyTask);
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
    public Observation Observe(Batch batch)
    {
        using var scope = NewDisposeScope();
        using var grad = enable_grad();
        part.Train(false);
        var (count, each) = (batch.Images.shape[0], study.Run.Training.Batch);
        var seen = new List<Observation>();
        for (long first = 0; first < count; first += each) seen.Add(ObserveTogether(batch.Narrow(first, Math.Min(each, count - first))));
        Tensor All(Func<Observation, Tensor> of) => cat([.. seen.Select(of)], 0).MoveToOuterDisposeScope();
        return new(All(o => o.Smashed), All(o => o.Features), All(o => o.Gradient));
    }

    private Observation ObserveTogether(Batch batch)
    {
        using var scope = NewDisposeScope();
        var time = Next();
        var smashed = part.Levels.Head(batch.Images, out var skips).detach();
        var features = watched.Forward(smashed, time).detach().requires_grad_();
        var loss = study.NewLoss().Of(part.Levels.Tail(features, [.. skips.Select(s => s?.detach())]), batch.Targets, batch.Mask);
        watched.Backward(bodyTask?.Gradient(batch.Images, features) ?? autograd.grad([loss], [features])[0], time);
        // the loss is a mean over the batch, and an attacker knows of how many images
        var gradient = tap!.Gradient!.Times(batch.Images.shape[0]);
        return new(tap.Smashed!.MoveToOuterDisposeScope(), tap.Features!.MoveToOuterDisposeScope(), gradient.MoveToOuterDisposeScope());
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
