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

    private readonly BodyStudy served;
    private readonly SitePart site;
    private readonly GrpcBodyLink body;
    private readonly TrainingStep step;
    private int steps;

    public RemoteStep(RunOptions run, WireHost server)
    {
        var study = new Study(run);
        var (host, shapes) = (new BodyHost(study), CutShapes.Of(study));
        served = new BodyStudy(study, "", shapes, [WireHost.Site], host.Open, server.Studies.Limits);
        server.Studies.Add(served);
        var key = new RoundKey(study.Id, 0, 1);
        new ServedBodyHost(host, served).BeginAsync(new BodyRound(key, [WireHost.Site], Last: null), CancellationToken.None).GetAwaiter().GetResult();
        site = study.NewSitePart();
        site.Head.Write(study.InitialOf(PartName.Head));
        site.Tail.Write(study.InitialOf(PartName.Tail));
        body = new GrpcBodyLink(server.Invoker, new BodyLinkOptions(new BodyOrder(key, WireHost.Site, Training: true), ""), study, shapes, CancellationToken.None);
        step = new TrainingStep(site, body, study.NewLoss());
    }

    public double Run(Batch batch) => step.Run(batch, new StepTime(0, steps++, StepsInRound));

    public void Dispose()
    {
        body.Dispose();
        served.EndAsync().GetAwaiter().GetResult();
        site.Dispose();
    }
}
