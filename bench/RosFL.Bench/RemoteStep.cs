using RosFL.Federation;
using RosFL.Grpc.Bodies;
using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Bench;

/// <summary>The product's training step with the body behind TLS on loopback.</summary>
internal sealed class RemoteStep : IDisposable
{
    private const int StepsInRound = 1_000_000;

    private readonly SitePart site;
    private readonly GrpcBodyLink body;
    private readonly TrainingStep step;
    private int steps;

    public RemoteStep(RunOptions run, BodyProcess server)
    {
        server.Serve(run);
        var study = new Study(run);
        site = study.NewSitePart();
        site.Head.Write(study.InitialOf(PartName.Head));
        site.Tail.Write(study.InitialOf(PartName.Tail));
        var order = new BodyOrder(Round(study), WireEndpoint.Site.Name, Training: true);
        body = new GrpcBodyLink(server.Invoker, new BodyLinkOptions(order, ""), study, CutShapes.Of(study), CancellationToken.None);
        step = new TrainingStep(site, body, study.NewLoss());
    }

    /// <summary>The only round that is measured.</summary>
    public static RoundKey Round(Study study) => new(study.Id, 0, 1);

    public double Run(Batch batch) => step.Run(batch, new StepTime(0, steps++, StepsInRound));

    public void Dispose()
    {
        body.Dispose();
        site.Dispose();
    }
}
