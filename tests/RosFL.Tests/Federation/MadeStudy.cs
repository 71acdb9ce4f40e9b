using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Tests.Training;
using RosFL.Training;

namespace RosFL.Tests.Federation;

/// <summary>A study on made images without a run folder: sites, computation server and the aggregation server's loop. Centralized means one site here.</summary>
internal sealed class MadeStudy : IDisposable
{
    private static readonly (string Name, int Items)[] ThreeSites = [("north", 5), ("east", 3), ("south", 4)];

    private readonly TorchThread[] threads;
    private readonly List<CommittingRound> committed = [];

    public MadeStudy(RunOptions run, params (string Name, int Items)[] sites)
        : this(run, (_, items) => items, sites) { }

    /// <param name="items">What a site trains on in place of its made images.</param>
    public MadeStudy(RunOptions run, Func<string, ITrainingItems, ITrainingItems> items, params (string Name, int Items)[] sites)
        : this(run, items, null, sites) { }

    private MadeStudy(RunOptions run, Func<string, ITrainingItems, ITrainingItems> items, SiteImages? images, params (string Name, int Items)[] sites)
    {
        if (sites.Length == 0) sites = ThreeSites;
        Study = new Study(run);
        var takesTurns = Study.Algorithm is { Body: BodyPlace.Shared, Order: SiteOrder.Together };
        threads = [.. Enumerable.Range(0, takesTurns ? sites.Length : run.Machine.Workers).Select(i => new TorchThread($"torch-{i}", 1))];
        Bodies = Study.HasBodyHost ? new BodyHost(Study) : null;
        var made = sites.Select(s => items(s.Name, new MadeItems(s.Name, s.Items, 12, 13))).ToList();
        Sites = [.. sites.Select((site, i) => NewSite(site.Name, made[i], images, i))];
    }

    public Study Study { get; }

    public BodyHost? Bodies { get; }

    public RoundLedger Ledger { get; } = RoundLedger.Open(":memory:");

    public IReadOnlyList<Site> Sites { get; }

    public IReadOnlyList<CommittingRound> Committed => committed;

    public List<string> Notices { get; } = [];

    /// <summary>Every forward through a body, by site, in the order in which the body saw them.</summary>
    public List<string> Turns { get; } = [];

    /// <summary>The first link to a body that a site opened.</summary>
    public RecordingLink? FirstLink { get; private set; }

    /// <summary>A tiny U-Net with batch normalisation, so that running statistics take part.</summary>
    public static RunOptions Run(string algorithm) => new()
    {
        Rounds = 3,
        Network = new() { Name = "unet", Channels = 2, Levels = 2, Normalisation = NormalisationKind.Batch },
        Algorithm = new() { Name = algorithm },
        Training = new() { Batch = 2, LearningRate = 1e-2, WeightDecay = 1e-4 },
        Machine = new() { Device = DeviceKind.Cpu, Threads = 1 },
    };

    /// <summary>A study whose sites have phantoms of one hospital to score on.</summary>
    public static MadeStudy WithImages()
    {
        var run = Run("fedavg") with
        {
            Data = new() { Phantoms = new() { Sites = 1, ImagesPerSite = 6, Size = 32 } },
            Preprocessing = new() { Intensity = IntensityKind.Window },
            Evaluation = new() { ScoreWindow = [-160, 240] },
        };
        return new(run, (_, items) => items, SiteImages.Open(run)[0]);
    }

    /// <summary>Runs a study from begin to end and gives the hash of the model that counts.</summary>
    public static async Task<string> HashAsync(RunOptions run, params (string Name, int Items)[] sites)
    {
        using var study = new MadeStudy(run, sites);
        return (await study.RunAsync()).Hash();
    }

    /// <summary>All three parts of the model that counts, after the last round.</summary>
    public async Task<Model> RunAsync() => Whole(await RunAsync(RoundState.Begin(Study)));

    public Task<RoundState> RunAsync(RoundState from) => new Rounds(Study, Sites, Bodies, Ledger, RoundPolicy.AllSites, Commit, (_, _) => Task.CompletedTask,
        merge: RoundMerges.InOneProcess(Study, [.. Sites.Select(s => s.Name)], (_, notice) => Notices.Add(notice))).RunAsync(from, CancellationToken.None);

    /// <summary>The global parts of the sites with the computation server's body.</summary>
    public Model Whole(RoundState state) => Bodies is null ? state.Global
        : state.Global.With(new(new Dictionary<PartName, Weights> { [PartName.Body] = Bodies.State.Body }));

    /// <summary>The first attempt at a round.</summary>
    public RoundKey Key(int round) => new(Study.Id, round, 1);

    /// <summary>A record by which one site's first attempt at a round counts.</summary>
    public CommitRecord Record(int round, ISite site) => new(new(Key(round), [new(site.Name, site.Weight, 1, 0)]), "", "", "");

    /// <summary>Tensors that are alive on the first torch thread.</summary>
    public Task<long> LiveTensorsAsync() => threads[0].RunAsync(() => LiveTensors.OfThisThread);

    public void Dispose()
    {
        foreach (var thread in threads) thread.Dispose();
        Ledger.Dispose();
    }

    private Site NewSite(string name, ITrainingItems items, SiteImages? images, int index) =>
        new(name, Study, items, images, OpenBody, threads[index % threads.Length]);

    private void Commit(CommittingRound round)
    {
        Ledger.Commit(round.Decision);
        committed.Add(round);
    }

    private RecordingLink OpenBody(BodyOrder order)
    {
        var link = new RecordingLink(Bodies!.Open(order), () =>
        {
            lock (Turns) Turns.Add(order.Site);
        });
        lock (Turns) FirstLink ??= link;
        return link;
    }
}
