using Grpc.Core;
using RosFL.Federation;
using RosFL.Grpc.Bodies;
using RosFL.Runs;
using RosFL.Tests.Training;
using RosFL.Training;
using RosFL.Training.Payloads;
using static TorchSharp.torch;

namespace RosFL.Tests.Grpc.Bodies;

/// <summary>A study with one site and its computation server, and how the site's link is made: in this process or over the network.</summary>
internal sealed class LinkedStudy(Study study, CutShapes shapes, BodyHost host, IBodyHost rounds, Func<BodyOrder, IBodyLink> open, BodyStudy? server = null) : IAsyncDisposable
{
    public const string Site = "north", Manifest = "made";

    private int round = -1;

    public Study Study => study;

    public CutShapes Shapes => shapes;

    /// <summary>The computation server's view; null in one process.</summary>
    public BodyStudy? Server => server;

    public RoundKey Key => new(study.Id, round, 1);

    public static async Task<LinkedStudy> LocalAsync(TorchThread thread, RunOptions run)
    {
        var study = new Study(run);
        var host = new BodyHost(study);
        return new(study, await thread.RunAsync(() => CutShapes.Of(study)), host, host, order => PayloadBodyLink.Around(host.Open(order), run.Wire));
    }

    /// <param name="around">Puts something around each body at the computation server.</param>
    public static async Task<LinkedStudy> ServedAsync(
        TorchThread thread, RunOptions run, BodyServerHost server, CallInvoker? invoker = null, Func<IHostedBody, IHostedBody>? around = null)
    {
        var study = new Study(run);
        var host = new BodyHost(study);
        var shapes = await thread.RunAsync(() => CutShapes.Of(study));
        var served = new BodyStudy(study, Manifest, shapes, [Site], order => around is null ? host.Open(order) : around(host.Open(order)), server.Studies.Limits);
        server.Studies.Add(served);
        return new(study, shapes, host, new ServedBodyHost(host, served),
            order => new GrpcBodyLink(invoker ?? server.Invoker(Site), new BodyLinkOptions(order, Manifest), study, shapes, CancellationToken.None), served);
    }

    public Task BeginAsync()
    {
        round++;
        return rounds.BeginAsync(new BodyRound(Key, [Site], Last: null), CancellationToken.None);
    }

    /// <summary>Called on a torch thread.</summary>
    public IBodyLink Open(bool training = true, int attempt = 1) =>
        open(new BodyOrder(training ? Key with { Attempt = attempt } : Key with { Attempt = 0 }, Site, training));

    /// <summary>The body after this many steps of the site, as it would be merged.</summary>
    public async Task<Weights> BodyAsync(int steps, int attempt = 1)
    {
        await rounds.PrepareAsync(new MergeDecision(Key, [new Survivor(Site, 1, attempt, steps)]), CancellationToken.None);
        return host.Prepared.Body;
    }

    /// <summary>Trains a whole site against the link, as one round.</summary>
    public async Task<Model> TrainAsync(TorchThread thread, int steps, params long[] space)
    {
        await BeginAsync();
        return await TrainBegunAsync(thread, steps, space);
    }

    /// <summary>The same in a round that has begun.</summary>
    public async Task<Model> TrainBegunAsync(TorchThread thread, int steps, params long[] space)
    {
        var site = await thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            using var part = study.NewSitePart();
            part.Head.Write(study.InitialOf(PartName.Head));
            part.Tail.Write(study.InitialOf(PartName.Tail));
            using (var link = Open())
            {
                var step = new TrainingStep(part, link, study.NewLoss());
                var batches = WholeTraining.Batches(study, steps, space);
                for (var k = 0; k < steps; k++) step.Run(batches[k], new StepTime(0, k, steps));
            }
            return new Model(new Dictionary<PartName, Weights> { [PartName.Head] = part.Head.Read(), [PartName.Tail] = part.Tail.Read() });
        });
        return site.With(new(new Dictionary<PartName, Weights> { [PartName.Body] = await BodyAsync(steps) }));
    }

    public async ValueTask DisposeAsync() => await rounds.AbortAsync(Key, CancellationToken.None);
}
