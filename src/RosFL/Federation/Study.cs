using RosFL.Networks;
using RosFL.Privacy.BodyTasks;
using RosFL.Privacy.HeadPenalties;
using RosFL.Runs;
using RosFL.Training;
using RosFL.Training.Losses;
using static TorchSharp.torch;

namespace RosFL.Federation;

/// <summary>What all parties of a study agree on: network, cut, task, algorithm and the options of training, and how to build the parts from them.</summary>
public sealed class Study
{
    private readonly Device device;
    private readonly Dictionary<PartName, Lazy<Weights>> initial, blank;

    /// <summary>A study of which this process may know everything: a simulation.</summary>
    public Study(RunOptions run) : this(run, StudySeeds.OfRun(run.Seed)) { }

    /// <param name="seeds">Those that this party may hold.</param>
    public Study(RunOptions run, StudySeeds seeds)
    {
        (Run, Algorithm, Seeds) = (WithImpliedMerge(run), Algorithms.Of(run), seeds);
        device = TorchDevice.Of(run.Machine.Device);
        initial = PartNames.All.ToDictionary(p => p, p => new Lazy<Weights>(() => DrawInitial(p)));
        blank = PartNames.All.ToDictionary(p => p, p => new Lazy<Weights>(() => Blank(p)));
    }

    public RunOptions Run { get; }

    public Algorithm Algorithm { get; }

    public StudySeeds Seeds { get; }

    /// <summary>Tells studies on the same servers apart.</summary>
    public string Id => Run.Name;

    public Device Device => device;

    /// <summary>The parts that a site holds and sends to be merged.</summary>
    public IReadOnlyList<PartName> SiteParts =>
        Algorithm.Body == BodyPlace.AtSite ? PartNames.All : [PartName.Head, PartName.Tail];

    /// <summary>Whether secure aggregation keeps what sites hold from the aggregation server.</summary>
    public bool HidesParts => Run.Privacy.HidesParts;

    /// <summary>Whether a computation server holds bodies.</summary>
    public bool HasBodyHost => Algorithm.Body is BodyPlace.ReplicaPerSite or BodyPlace.Shared;

    /// <summary>The part with which the study begins, drawn or read from a file. Needs the body's seed for the body and the sites' secret for head and tail.</summary>
    public Weights InitialOf(PartName part) => initial[part].Value;

    /// <summary>Several parts with which the study begins.</summary>
    public Model InitialOf(IEnumerable<PartName> parts) => new(parts.ToDictionary(p => p, InitialOf));

    /// <summary>The part's arrays, all zero: names, shapes and how many are trained, which every party may know.</summary>
    public Weights BlankOf(PartName part) => blank[part].Value;

    /// <summary>The model towards which a round's mean is corrected: the one with which the round began.</summary>
    public Weights AnchorOf(PartName part, int round, Weights begin) =>
        round == 1 && Algorithm.Correction is { AnchorsFirstRoundAtInitialModel: true } ? InitialOf(part) : begin;

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

    private static RunOptions WithImpliedMerge(RunOptions run) => !run.Privacy.SumsIntegers ? run
        : run with { Algorithm = run.Algorithm with { Merge = MergeArithmetic.Fixed24 } };

    /// <summary>A site's link behind the guards that the run asks for.</summary>
    public IBodyLink Guarded(IBodyLink link, string site) => Guarded(link, site, Run.Privacy);

    /// <summary>A site's link behind some guards.</summary>
    public IBodyLink Guarded(IBodyLink link, string site, PrivacyOptions guards) =>
        GuardedBodyLink.IsWanted(guards) ? new GuardedBodyLink(link, guards, Seeds.Site(site)) : link;

    /// <summary>What a site's head pays for what it sends; null where it pays nothing or sends nothing.</summary>
    public HeadPenalty? NewHeadPenalty(string site) => !HasBodyHost ? null : Run.Privacy.HeadPenalty switch
    {
        HeadPenaltyKind.DistanceCorrelation => new DistanceCorrelationPenalty(Run.Privacy.HeadPenaltyWeight),
        HeadPenaltyKind.Adversary => new AdversaryPenalty(Run.Privacy.HeadPenaltyWeight, Run, Seeds.Site(site)),
        _ => null,
    };

    /// <summary>What a body at the computation server learns in place of the loss; null where it learns the loss.</summary>
    public BodyTask? NewBodyTask() => !HasBodyHost || Run.Privacy.Gradient != GradientKind.SelfSupervised ? null : new ReconstructionTask(Run, Seeds.Sites);

    /// <summary>Pixels that an image needs along each axis; known when the first part has been built.</summary>
    internal int SmallestSide { get; private set; }

    private Cut NewCut()
    {
        var definition = NetworkCatalog.Create(Run.Network, Run.Cut, Run.Machine);
        SmallestSide = definition.SmallestSide;
        return Cut.Of(definition, Run.Cut);
    }

    /// <summary>A cut is always of a whole network; what the asking party does not hold would otherwise keep its memory until a garbage collection.</summary>
    private static void Release(IEnumerable<NamedModule> modules)
    {
        foreach (var (_, module) in modules) module.Dispose();
    }

    private PartOptimizer NewOptimizer(Part part) => new(part, Run, Algorithm.Hook?.Invoke());

    private Weights DrawInitial(PartName name) => Run.Training.InitialWeights.Length == 0
        ? With(name, part =>
        {
            part.Draw(name == PartName.Body ? Seeds.Bodies : Seeds.Sites);
            return part.Read();
        })
        : InitialWeights.Read(Run.Training.InitialWeights, name, BlankOf);

    private Weights Blank(PartName name) => With(name, part => part.Blank());

    /// <summary>The part as tensors of its own, for a moment.</summary>
    private Weights With(PartName name, Func<Part, Weights> use)
    {
        var cut = NewCut();
        Release(PartNames.All.Where(other => other != name).SelectMany(other => Modules(cut, other)));
        using var part = new Part(name, Modules(cut, name), device);
        return use(part);
    }

    private static IEnumerable<NamedModule> Modules(Cut cut, PartName part) => part switch
    {
        PartName.Head => cut.Site.HeadModules,
        PartName.Body => cut.Body.Modules,
        _ => cut.Site.TailModules,
    };
}
