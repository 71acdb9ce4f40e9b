using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Bench;

/// <summary>The product's training step with the body behind a local link.</summary>
internal sealed class SplitStep : IDisposable
{
    private readonly SitePart site;
    private readonly LocalBodyLink body;
    private readonly TrainingStep step;

    public SplitStep(RunOptions run)
    {
        var study = new Study(run);
        site = study.NewSitePart();
        body = new LocalBodyLink(study.NewBody());
        foreach (var part in new[] { site.Head, body.Body.Part, site.Tail }) part.Write(study.InitialOf(part.Name));
        step = new TrainingStep(site, body, study.NewLoss());
    }

    public double Run(Batch batch) => step.Run(batch, new StepTime(0, 0, 1));

    public void Dispose()
    {
        body.Dispose();
        site.Dispose();
    }
}
