using RosFL.Federation;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Trust;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>A study of three hospitals under secure aggregation that is over, on loopback in this process, with its computation server still there; and the same study simulated.</summary>
public sealed class FinishedNetwork : IAsyncLifetime
{
    public const string Study = "after";
    public static readonly string[] Sites = ["hospital-1", "hospital-2", "hospital-3"];

    private readonly string root = Directory.CreateTempSubdirectory("rosfl-after-").FullName;
    private readonly CancellationTokenSource stop = new();
    private readonly ThrowAwayTrust trust = new(TimeProvider.System);
    private readonly Dictionary<string, PartyFolder> parties = [];
    private readonly int aggregate = LoopbackPort.Free(), compute = LoopbackPort.Free();
    private Task serving = Task.CompletedTask;

    public RunOptions Run => new()
    {
        Name = Study,
        Rounds = 2,
        Network = new() { Name = "residual-unet", Channels = 4, Levels = 2 },
        Training = new() { Batch = 2 },
        Data = new() { Phantoms = new() { Sites = 3, ImagesPerSite = 6, Size = 32 } },
        Preprocessing = new() { Intensity = IntensityKind.Window },
        Evaluation = new() { ScoreWindow = [-160, 240] },
        Privacy = new() { SecureAggregation = SecureAggregationKind.Malicious },
        Machine = new() { Device = DeviceKind.Cpu, Threads = 1 },
        Output = new() { Folder = In("runs") },
    };

    public string ComputationServer => $"https://127.0.0.1:{compute}";

    public string In(params string[] names) => Path.Combine([root, .. names]);

    public async ValueTask InitializeAsync()
    {
        RunFile.Of(Run).Save(In("run.json"));
        foreach (var party in (Party[])[new(PartyRole.AggregationServer, "merge"), new(PartyRole.ComputationServer, "bodies"), .. Sites.Select(site => new Party(PartyRole.Site, site))])
            parties[party.Name] = trust.Write(In("parties", party.Name), party);
        Approve(mayAssemble: true, [.. parties.Values]);
        serving = RosFL.Grpc.Hosting.ComputationServer.RunAsync(new ComputeOptions(parties["bodies"].Path, $"127.0.0.1:{compute}", In("bodies"), [new(Study, In("run.json"))]), Loopback.Names, TimeProvider.System, stop.Token);
        await RoundsAsync((study, cancellation) => study.RunAsync(cancellation));
        using var folder = RunFolder.Create(RunFile.Of(Run with { Output = new() { Folder = In("simulated") } }));
        using var simulation = new Simulation(folder);
        await simulation.RunAsync(stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving;
        trust.Dispose();
        stop.Dispose();
        Directory.Delete(root, recursive: true);
    }

    /// <summary>The aggregation server does something with the study while all sites are there.</summary>
    public async Task RoundsAsync(Func<AggregationStudy, CancellationToken, Task> work)
    {
        Task[] all =
        [
            AggregationServer.RunAsync(new AggregateOptions(parties["merge"].Path, $"127.0.0.1:{aggregate}", [new(Study, In("run.json"), ComputationServer)]),
                Loopback.Names, (_, _) => { }, _ => { }, TimeProvider.System, stop.Token, work),
            .. Sites.Select(site => SiteProcess.RunAsync(OptionsOf(site), RunFile.Load(In("run.json")), Loopback.Names, _ => { }, TimeProvider.System, stop.Token)),
        ];
        await foreach (var ended in Task.WhenEach(all)) await ended; // for one that failed the others would wait
    }

    /// <param name="audit">What the site's configuration names as its audit.</param>
    public FinishedSite Finished(string site, string audit = "") => new(OptionsOf(site) with { Audit = audit }, RunFile.Load(In("run.json")), Loopback.Names, TimeProvider.System);

    public RunFolder Simulated() => RunFolder.Open(In("simulated", Study));

    public Manifest ManifestOf(string party) => new StudyCopies(parties[party].StudiesPath).Open(Study).Manifest;

    public Consent Consents(string party, string assembler)
    {
        using var key = parties[party].LoadKey();
        return Consent.Of(ManifestOf(party), Party.Parse(parties[party].Card.Party), new(PartyRole.Site, assembler), key, TimeProvider.System);
    }

    /// <summary>What the computation server says to a site that asks for the body with these consents.</summary>
    public async Task<Weights> AskForBodyAsync(string site, IReadOnlyList<Consent> consents)
    {
        using var credentials = parties[site].Open(TimeProvider.System);
        var approved = ApprovedStudy.Open(parties[site], credentials, Study, RunFile.Load(In("run.json")), Loopback.Names);
        using var channel = approved.Dial(ComputationServer, PartyRole.ComputationServer);
        return await RosFL.Grpc.Release.BodyRelease.FetchAsync(channel.CreateCallInvoker(), new Study(approved.Run.Options, StudySeeds.OfNobody), approved.Manifest, round: 1, consents, stop.Token);
    }

    /// <summary>A manifest that all parties signed, kept by some.</summary>
    public void Approve(bool mayAssemble, params PartyFolder[] keepers)
    {
        var manifest = Manifest.Create(new()
        {
            Study = Study,
            Run = [],
            MayAssemble = mayAssemble,
            BodySeed = Loopback.Text(StudySeeds.OfRun(Run.Seed).Bodies),
            Roster = [.. parties.Values.Select(party => party.Entry())],
        }, Run);
        var approved = parties.Values.Aggregate(ApprovedManifest.Of(manifest), (all, party) =>
        {
            using var key = party.LoadKey();
            return all.Approve(Party.Parse(party.Card.Party), key, TimeProvider.System);
        });
        foreach (var keeper in keepers) approved.Save(Path.Combine(keeper.StudiesPath, Study + ".json"));
    }

    public PartyFolder FolderOf(string party) => parties[party];

    private SiteProcessOptions OptionsOf(string site) => new(parties[site].Path, Study, In("run.json"), $"https://127.0.0.1:{aggregate}", ComputationServer, In("states", site),
        Loopback.Text(StudySeeds.OfRun(Run.Seed).Sites), Loopback.Text(StudySeeds.OfRun(Run.Seed).Site(site)));
}
