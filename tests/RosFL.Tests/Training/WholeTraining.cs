using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Networks;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Training;

/// <summary>The two ways of training that must agree to the bit; both begin at the study's initial model.</summary>
internal static class WholeTraining
{
    /// <summary>Ordinary back-propagation through the uncut network, then a step of every part of it.</summary>
    public static Model Whole(Study study, IReadOnlyList<Batch> batches)
    {
        var definition = NetworkCatalog.Create(study.Run.Network, study.Run.Cut, study.Run.Machine);
        var cut = Cut.Of(definition, study.Run.Cut);
        Part[] parts = [new(PartName.Head, cut.Site.HeadModules, CPU), new(PartName.Body, cut.Body.Modules, CPU), new(PartName.Tail, cut.Site.TailModules, CPU)];
        foreach (var part in parts) part.Write(study.InitialOf(part.Name));
        PartOptimizer[] optimizers = [.. parts.Select(p => new PartOptimizer(p, study.Run, hook: null))];
        for (var k = 0; k < batches.Count; k++)
        {
            study.NewLoss().Of(definition.Network.Forward(batches[k].Images), batches[k].Targets).backward();
            foreach (var optimizer in optimizers) optimizer.Step(new StepTime(0, k, batches.Count));
        }
        foreach (var optimizer in optimizers) optimizer.Dispose();
        return new(parts.ToDictionary(p => p.Name, p => p.Read()));
    }

    /// <summary>The step of RosFL over a cut.</summary>
    public static Model Split(Study study, IReadOnlyList<Batch> batches)
    {
        using var site = study.NewSitePart();
        var body = study.NewBody(); // the link disposes it
        Part[] parts = [site.Head, body.Part, site.Tail];
        foreach (var part in parts) part.Write(study.InitialOf(part.Name));
        using var link = new LocalBodyLink(body);
        var step = new TrainingStep(site, link, study.NewLoss());
        for (var k = 0; k < batches.Count; k++) step.Run(batches[k], new StepTime(0, k, batches.Count));
        return new(parts.ToDictionary(p => p.Name, p => p.Read()));
    }

    /// <summary>Batches of two images in the run's memory layout.</summary>
    public static IReadOnlyList<Batch> Batches(Study study, int count, params long[] space)
    {
        var items = new MadeItems("north", 2 * count, space);
        return [.. Enumerable.Range(0, count).Select(k => items.Batch([2 * k, 2 * k + 1], k)).Select(b => b with { Images = Laid(b.Images, study) })];
    }

    private static Tensor Laid(Tensor images, Study study) =>
        study.Run.Machine.Layout == RosFL.Runs.MemoryLayout.Contiguous ? images : movedim(movedim(images, 1, -1).contiguous(), -1, 1);
}
