using RosFL.Federation;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Training;

/// <summary>Both ends of a link, at the study's initial model, with steps that can be made to fail.</summary>
internal sealed class MadeEnds : IDisposable
{
    private readonly Study study;
    private readonly SitePart site;
    private readonly BodyReplica body;
    private readonly FailingLink link;
    private readonly BodyTask? bodyTask;
    private readonly TrainingStep step;

    public MadeEnds(Study study)
    {
        (this.study, site, body) = (study, study.NewSitePart(), study.NewBody());
        foreach (var part in Parts) part.Write(study.InitialOf(part.Name));
        link = new FailingLink(new LocalBodyLink(body));
        bodyTask = study.NewBodyTask();
        step = new TrainingStep(site, link, study.NewLoss(), bodyTask: bodyTask);
    }

    private IReadOnlyList<Part> Parts => [site.Head, body.Part, site.Tail];

    /// <param name="fail">"forward", "loss" or "backward": where the step fails; else it succeeds.</param>
    public void Step(int number, string fail = "")
    {
        using var scope = NewDisposeScope();
        link.Fail = fail;
        var batch = new MadeItems("north", 6, 25, 31).Batch([number % 6, (number + 1) % 6], number);
        if (fail == "loss") batch.Targets.Dispose();
        step.Run(batch, new StepTime(0, number, 100));
    }

    public string Hash() => new Model(Parts.ToDictionary(p => p.Name, p => p.Read())).Hash();

    public void Dispose()
    {
        link.Dispose();
        site.Dispose();
        bodyTask?.Dispose();
    }
}
