using RosFL.Networks;
using RosFL.Runs;
using RosFL.Training;
using RosFL.Training.Losses;
using static TorchSharp.torch;

namespace RosFL.Federation;

/// <summary>What all parties of a study agree on: network, cut, task, algorithm and the options of training, and how to build the parts from them.</summary>
public sealed class Study
{
    private readonly Device device;

    public Study(RunOptions run)
    {
        (Run, Algorithm, Seeds) = (run, Algorithms.Of(run), new Seeds(run.Seed));
        device = TorchDevice.Of(run.Machine.Device);
        Initial = new Lazy<Model>(DrawInitial);
    }

    public RunOptions Run { get; }

    public Algorithm Algorithm { get; }

    public Seeds Seeds { get; }

    /// <summary>The model with which the study begins: drawn from the seed or read from a file.</summary>
    public Lazy<Model> Initial { get; }

    public Device Device => device;

    /// <summary>The parts that a site holds and sends to be merged.</summary>
    public IReadOnlyList<PartName> SiteParts =>
        Algorithm.Body == BodyPlace.AtSite ? PartNames.All : [PartName.Head, PartName.Tail];

    /// <summary>Whether a computation server holds bodies.</summary>
    public bool HasBodyHost => Algorithm.Body is BodyPlace.ReplicaPerSite or BodyPlace.Shared;

    /// <summary>The model towards which a round's mean is corrected: the one with which the round began.</summary>
    public Weights AnchorOf(PartName part, int round, Weights begin) =>
        round == 1 && Algorithm.Correction is { AnchorsFirstRoundAtInitialModel: true } ? Initial.Value[part] : begin;

    public Loss NewLoss() => Losses.Make(Run.Training, Run.Task, Run.Network.OutputChannels);

    /// <summary>Head and tail with fresh optimizers and undrawn weights.</summary>
    public SitePart NewSitePart()
    {
        var cut = NewCut();
        Release(cut.Body.Modules);
        var head = new Part(PartName.Head, cut.Site.HeadModules, device);
        var tail = new Part(PartName.Tail, cut.Site.TailModules, device);
        return new(cut.Site, head, tail, NewOptimizer(head), NewOptimizer(tail));
    }

    /// <summary>A body with a fresh optimizer and undrawn weights.</summary>
    public BodyReplica NewBody()
    {
        var cut = NewCut();
        Release(cut.Site.HeadModules.Concat(cut.Site.TailModules));
        var part = new Part(PartName.Body, cut.Body.Modules, device);
        return new(cut.Body, part, NewOptimizer(part));
    }

    public IBodyLink NewNoBody()
    {
        var cut = NewCut();
        Release(cut.Site.HeadModules.Concat(cut.Body.Modules).Concat(cut.Site.TailModules));
        return new NoBodyLink(cut.FeatureChannels);
    }

    private Cut NewCut() => Cut.Of(NetworkCatalog.Create(Run.Network, Run.Cut, Run.Machine), Run.Cut);

    /// <summary>A cut is always of a whole network; what the asking party does not hold would otherwise keep its memory until a garbage collection.</summary>
    private static void Release(IEnumerable<NamedModule> modules)
    {
        foreach (var (_, module) in modules) module.Dispose();
    }

    private PartOptimizer NewOptimizer(Part part) => new(part, Run, Algorithm.Hook?.Invoke());

    private Model DrawInitial()
    {
        using var site = NewSitePart();
        using var body = NewBody();
        Part[] parts = [site.Head, body.Part, site.Tail];
        foreach (var part in parts) part.Draw(Seeds);
        var drawn = new Model(parts.ToDictionary(p => p.Name, p => p.Read()));
        return Run.Training.InitialWeights.Length == 0 ? drawn
            : Model.Read(Safetensors.Read(Run.Training.InitialWeights).ToDictionary(a => a.Name), drawn, Run.Training.InitialWeights);
    }
}
