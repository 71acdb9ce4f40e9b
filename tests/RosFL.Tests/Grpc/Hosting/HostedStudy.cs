using RosFL.Federation;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Trust;
using RosFL.Runs;
using RosFL.Tests.Grpc.Bodies;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>A tiny study of parties that run in this process as they do in their own, over TLS, each with a folder of its own; sites come and go.</summary>
internal sealed class HostedStudy : IDisposable
{
    public const string Name = "tiny", Aggregation = "aggregation-server", Computation = "computation-server";

    private readonly string root = Directory.CreateTempSubdirectory("rosfl-hosted-").FullName;
    private readonly ThrowAwayTrust trust = new(TimeProvider.System);
    private readonly Dictionary<string, PartyFolder> parties = [];
    private readonly Dictionary<string, TappedPort> taps = [];
    private readonly CancellationTokenSource stop = new();
    private readonly int aggregate = LoopbackPort.Free(), compute = LoopbackPort.Free();
    private readonly RunOptions run;
    private Task serving = Task.CompletedTask;
    private StudyRoom? room;

    /// <param name="change">What the run has otherwise, given the folder of its data.</param>
    public HostedStudy(int sites, int rounds, QuorumTerms? quorum = null, Func<RunOptions, string, RunOptions>? change = null)
    {
        var tiny = new RunOptions()
        {
            Name = Name,
            Rounds = rounds,
            Algorithm = new() { Name = "ros-fl" },
            Network = new() { Name = "residual-unet", Channels = 4, Levels = 2 },
            Training = new() { Batch = 2 },
            Data = new() { Phantoms = new() { Sites = sites, ImagesPerSite = 6, Size = 32 } },
            Preprocessing = new() { Intensity = IntensityKind.Window },
            Privacy = new() { SecureAggregation = SecureAggregationKind.None },
            Evaluation = new() { ScoreWindow = [-160, 240] },
            Machine = new() { Device = DeviceKind.Cpu, Threads = 1 },
            Output = new() { Folder = In("runs") },
        };
        run = change is null ? tiny : change(tiny, In("data"));
        Sites = [.. Enumerable.Range(1, sites).Select(i => $"hospital-{i}")];
        RunFile.Of(run).Save(In("run.json"));
        foreach (var party in Sites.Select(s => new Party(PartyRole.Site, s)).Prepend(new(PartyRole.ComputationServer, Computation)).Prepend(new(PartyRole.AggregationServer, Aggregation)))
            parties[party.Name] = trust.Write(In("parties", party.Name), party);
        Approve(quorum ?? new(), parties.Values);
    }

    /// <summary>What the parties run.</summary>
    public RunOptions Run => run;

    public IReadOnlyList<string> Sites { get; }

    /// <summary>Where the health of the party is asked for that is being watched.</summary>
    public int WatchPort { get; } = LoopbackPort.Free();

    /// <summary>The party that is.</summary>
    public string Watched { get; init; } = "";

    /// <summary>What a party writes: the run folder's parent, the bodies, a site's own state.</summary>
    public string FolderOf(string party) => party == Aggregation ? In("runs") : In("state", party);

    public PartyFolder PartyOf(string party) => parties[party];

    /// <summary>What all parties signed.</summary>
    public Manifest Manifest => new StudyCopies(parties[Aggregation].StudiesPath).Open(Name).Manifest;

    /// <summary>Credentials under the study's root of somebody who is not in its roster.</summary>
    public PartyCredentials NewCredentials(Party party) => trust.New(party);

    /// <summary>Every file that a party has, those of its identity among them.</summary>
    public IReadOnlyList<string> FilesOf(string party) =>
        [.. new[] { FolderOf(party), parties[party].Path }.SelectMany(folder => Directory.GetFiles(folder, "*", SearchOption.AllDirectories))];

    /// <summary>From now on whoever calls a server does so through a port that keeps what is said.</summary>
    public PlainTextCapture Tap(string server)
    {
        taps[server] = new(parties[server].Open(TimeProvider.System), OwnPort(server), caller => parties[caller.Name].Open(TimeProvider.System));
        return taps[server].Said;
    }

    /// <summary>Names of those who opened a connection to a server that is tapped.</summary>
    public IReadOnlyList<string> CallersOf(string server) => [.. taps[server].Callers.Select(caller => caller.Name)];

    /// <summary>All that comes to a party where both servers are tapped; at a server also what it writes to those who call it.</summary>
    public IReadOnlyList<PlainTextCapture> HeardBy(string party) => [.. taps.Select(tap => tap.Key == party ? tap.Value.Said : tap.Value.ToldTo(party))];

    /// <summary>A site's program writes to a server on a connection of its own, past all services, and the server hangs up.</summary>
    public async Task WriteAsync(string site, string server, ReadOnlyMemory<byte> bytes)
    {
        using var credentials = parties[site].Open(TimeProvider.System);
        await using var stream = await ClientTrust.DialAsync(credentials, "127.0.0.1", PortOf(server), other => credentials.Check(other, "The server"), CancellationToken.None);
        await stream.WriteAsync(bytes);
        await stream.CopyToAsync(Stream.Null);
    }

    /// <summary>Where a server is reached.</summary>
    public string Address(string server) => $"https://127.0.0.1:{PortOf(server)}";

    public RunStore OpenStore() => RunStore.Open(Path.Combine(FolderOf(Aggregation), Name, "store.db"));

    /// <summary>What the operator of the aggregation server wants.</summary>
    public OperatorOrder Order => new(Path.Combine(FolderOf(Aggregation), Name), TimeProvider.System);

    /// <summary>When a site has joined at the aggregation server, which serves.</summary>
    public Task HereAsync(string site) => room!.Sites.Single(s => s.Name == site).HereAsync(stop.Token);

    /// <summary>Both servers, until the study is over.</summary>
    public Task ServeAsync(Action<SimulationProgress> progress)
    {
        serving = ComputationServer.RunAsync(new ComputeOptions(parties[Computation].Path, $"127.0.0.1:{compute}", FolderOf(Computation), [new(Name, In("run.json"))], Watch(Computation)), Loopback.Names, TimeProvider.System, stop.Token);
        return AggregationServer.RunAsync(new AggregateOptions(parties[Aggregation].Path, $"127.0.0.1:{aggregate}", [new(Name, In("run.json"), Address(Computation))], Watch(Aggregation)),
            Loopback.Names, (_, told) => progress(told), _ => { }, TimeProvider.System, stop.Token, (study, cancellation) =>
            {
                room = study.Room;
                return study.RunAsync(cancellation);
            });
    }

    /// <param name="around">Puts something around the site's links to its body.</param>
    /// <param name="aroundSite">Puts something around the site.</param>
    /// <param name="configured">What the site's configuration has otherwise.</param>
    /// <param name="notice">Told what the site's process says.</param>
    public async Task JoinAsync(
        string site, CancellationToken leave, Func<IBodyLink, IBodyLink>? around = null, Func<ISite, ISite>? aroundSite = null, Func<SiteProcessOptions, SiteProcessOptions>? configured = null,
        Action<string>? notice = null)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(leave, stop.Token);
        var options = OptionsOf(site);
        await SiteProcess.RunAsync(configured?.Invoke(options) ?? options, RunFile.Load(In("run.json")), Loopback.Names, notice ?? (_ => { }), TimeProvider.System, end.Token, around, aroundSite);
    }

    /// <summary>With which the site's process starts.</summary>
    public SiteProcessOptions OptionsOf(string site)
    {
        var seeds = StudySeeds.OfRun(run.Seed);
        return new(parties[site].Path, Name, In("run.json"), Address(Aggregation), Address(Computation), FolderOf(site), Loopback.Text(seeds.Sites), Loopback.Text(seeds.Site(site)), Watch: Watch(site));
    }

    public async Task<IReadOnlyList<string>> SimulatedAsync()
    {
        using var folder = RunFolder.Create(RunFile.Of(run with { Output = run.Output with { Folder = In("simulated") } }));
        using var simulation = new Simulation(folder);
        await simulation.RunAsync(CancellationToken.None);
        return [.. simulation.Store.Rounds().Select(r => r.ModelHash)];
    }

    /// <summary>Lets the servers go.</summary>
    public async Task EndAsync()
    {
        await stop.CancelAsync();
        await serving;
    }

    public void Dispose()
    {
        stop.Cancel();
        foreach (var tap in taps.Values) tap.Dispose();
        trust.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private int OwnPort(string server) => server == Aggregation ? aggregate : compute;

    private int PortOf(string server) => taps.TryGetValue(server, out var tap) ? tap.Port : OwnPort(server);

    private string Watch(string party) => party == Watched ? $"127.0.0.1:{WatchPort}" : "";

    /// <summary>Every party approves other terms, and one alone keeps them.</summary>
    public void KeepOtherTerms(string party, QuorumTerms quorum) => Approve(quorum, [parties[party]]);

    private void Approve(QuorumTerms quorum, IEnumerable<PartyFolder> keep)
    {
        var keys = parties.Values.Select(f => (Party: Party.Parse(f.Card.Party), Key: f.LoadKey())).ToList();
        var manifest = Manifest.Create(new()
        {
            Study = Name,
            Run = [],
            BodySeed = Loopback.Text(StudySeeds.OfRun(run.Seed).Bodies),
            Quorum = quorum,
            Roster = [.. parties.Values.Select(folder => folder.Entry())],
        }, run);
        var approved = keys.Aggregate(ApprovedManifest.Of(manifest), (all, k) => all.Approve(k.Party, k.Key, TimeProvider.System));
        foreach (var folder in keep) approved.Save(Path.Combine(folder.StudiesPath, Name + ".json"));
        foreach (var (_, key) in keys) key.Dispose();
    }

    private string In(params string[] names) => Path.Combine([root, .. names]);
}
