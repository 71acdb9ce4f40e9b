using RosFL.Federation;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Hosting;

/// <summary>Two studies of the same hospitals at the same time on the same two servers know nothing of each other.</summary>
public sealed class StudiesTests : IDisposable
{
    private static readonly string[] Sites = ["hospital-1", "hospital-2"];
    private readonly string root = Directory.CreateTempSubdirectory("rosfl-studies-").FullName;

    [Fact]
    public async Task Studies_sideBySideOnTheSameServers_trainWhatEachTrainsAlone()
    {
        RunOptions[] runs = [Run("first", "splitfed-v1", 1), Run("second", "ros-fl", 2)];
        var alone = new List<IReadOnlyList<string>>();
        foreach (var run in runs) alone.Add(await SimulatedAsync(run));

        var strays = await NetworkAsync(runs);

        Assert.Equal(alone[0], Models(runs[0]));
        Assert.Equal(alone[1], Models(runs[1]));
        Assert.All(["computation-server", .. Sites], party => Assert.Equal(["first", "second"], Directory.EnumerateDirectories(In(party)).Select(Path.GetFileName).Order(StringComparer.Ordinal)));
        Assert.All(strays, stray => Assert.Contains("a certificate with another key is refused", stray, StringComparison.Ordinal));
        Assert.Empty(Records(runs[0]).Intersect(Records(runs[1])));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    /// <returns>What is said to a site that comes to one study with its certificate of the other.</returns>
    private async Task<IReadOnlyList<string>> NetworkAsync(RunOptions[] runs)
    {
        using var trust = new ThrowAwayTrust(TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var (aggregate, compute) = (LoopbackPort.Free(), LoopbackPort.Free());
        PartyFolder Made(string folder, PartyRole role, string name) => trust.Write(In("parties", folder), new Party(role, name));
        var (aggregation, computation) = (Made("aggregation-server", PartyRole.AggregationServer, "aggregation-server"), Made("computation-server", PartyRole.ComputationServer, "computation-server"));
        var members = runs.ToDictionary(run => run, run => Sites.ToDictionary(site => site, site => Made($"{site}-{run.Name}", PartyRole.Site, site)));
        foreach (var run in runs) Approve(run, [aggregation, computation, .. members[run].Values]);

        var serving = ComputationServer.RunAsync(new ComputeOptions(computation.Path, $"127.0.0.1:{compute}", In("computation-server"), [.. runs.Select(run => new ComputedStudy(run.Name, FileOf(run)))]), Loopback.Names, TimeProvider.System, stop.Token);
        var aggregating = AggregationServer.RunAsync(new AggregateOptions(aggregation.Path, $"127.0.0.1:{aggregate}",
            [.. runs.Select(run => new AggregatedStudy(run.Name, FileOf(run), $"https://127.0.0.1:{compute}"))]), Loopback.Names, (_, _) => { }, _ => { }, TimeProvider.System, stop.Token);
        var sites = from run in runs
                    from site in Sites
                    let seeds = StudySeeds.OfRun(run.Seed)
                    select SiteProcess.RunAsync(new SiteProcessOptions(members[run][site].Path, run.Name, FileOf(run), $"https://127.0.0.1:{aggregate}", $"https://127.0.0.1:{compute}", In(site),
                        Loopback.Text(seeds.Sites), Loopback.Text(seeds.Site(site))), RunFile.Load(FileOf(run)), Loopback.Names, _ => { }, TimeProvider.System, stop.Token);
        await foreach (var ended in Task.WhenEach([aggregating, .. sites])) await ended;
        var strays = new List<string>();
        foreach (var (own, other) in new[] { (runs[0], runs[1]), (runs[1], runs[0]) }) strays.Add(await StrayHello.AtBodiesAsync(members[own][Sites[0]], $"https://127.0.0.1:{compute}", other.Name));
        await stop.CancelAsync();
        await serving;
        return strays;
    }

    /// <summary>A manifest of the study that all its parties signed and keep.</summary>
    private static void Approve(RunOptions run, IReadOnlyList<PartyFolder> folders)
    {
        var keys = folders.Select(f => (Party: Party.Parse(f.Card.Party), Key: f.LoadKey())).ToList();
        var manifest = Manifest.Create(new()
        {
            Study = run.Name,
            Run = [],
            BodySeed = Loopback.Text(StudySeeds.OfRun(run.Seed).Bodies),
            Roster = [.. folders.Select(f => f.Entry())],
        }, run);
        var approved = keys.Aggregate(ApprovedManifest.Of(manifest), (all, k) => all.Approve(k.Party, k.Key, TimeProvider.System));
        foreach (var folder in folders) approved.Save(Path.Combine(folder.StudiesPath, run.Name + ".json"));
        foreach (var (_, key) in keys) key.Dispose();
    }

    private async Task<IReadOnlyList<string>> SimulatedAsync(RunOptions run)
    {
        using var folder = RunFolder.Create(RunFile.Of(run with { Output = run.Output with { Folder = In("simulated") } }));
        using var simulation = new Simulation(folder);
        await simulation.RunAsync(CancellationToken.None);
        return [.. simulation.Store.Rounds().Select(r => r.ModelHash)];
    }

    private IReadOnlyList<string> Models(RunOptions run)
    {
        using var store = RunStore.Open(In("runs", run.Name, "store.db"));
        return [.. store.Rounds().Select(r => r.ModelHash)];
    }

    /// <summary>Hashes of the records in the computation server's store of a study.</summary>
    private IReadOnlyList<string> Records(RunOptions run)
    {
        using var versions = TwoVersions.Open(In("computation-server", run.Name));
        return [.. versions.Records.Select(r => r.Hash)];
    }

    private string FileOf(RunOptions run)
    {
        var path = In($"{run.Name}.json");
        RunFile.Of(run).Save(path);
        return path;
    }

    private string In(params string[] names) => Path.Combine([root, .. names]);

    private RunOptions Run(string name, string algorithm, long seed) => new()
    {
        Name = name,
        Seed = seed,
        Rounds = 2,
        Algorithm = new() { Name = algorithm },
        Network = new() { Name = "residual-unet", Channels = 4, Levels = 2 },
        Training = new() { Batch = 2 },
        Data = new() { Phantoms = new() { Sites = 2, ImagesPerSite = 6, Size = 32 } },
        Preprocessing = new() { Intensity = IntensityKind.Window },
        Evaluation = new() { ScoreWindow = [-160, 240] },
        Machine = new() { Device = DeviceKind.Cpu, Threads = 1 },
        Privacy = new() { SecureAggregation = SecureAggregationKind.None },
        Output = new() { Folder = In("runs") },
    };
}
