using System.Security.Cryptography.X509Certificates;
using RosFL.Federation;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Trust;
using RosFL.Imaging.Datasets;
using RosFL.Runs;

namespace RosFL.Cli.Loopback;

/// <summary>
/// What the processes of a network on loopback read: throw-away certificates, secrets from the run's seed (so that the network draws what
/// a simulation draws), and a configuration for each. One process knows all of it here, which no real network may do.
/// </summary>
internal sealed class LoopbackFiles
{
    /// <summary>Beside the run, in its folder.</summary>
    public const string Folder = "network";

    private const string State = "state", PartyFolders = "parties";

    private static readonly Party Aggregation = new(PartyRole.AggregationServer, "aggregation-server"), Computation = new(PartyRole.ComputationServer, "computation-server");

    private readonly string folder;
    private readonly RunFile run;
    private readonly int quorum;
    private readonly StudySeeds seeds;

    /// <param name="quorum">Fewest sites that decide a round; 0 asks for all.</param>
    /// <param name="folder">Made anew, but for what parties keep of a run that goes on.</param>
    public LoopbackFiles(RunFile run, int quorum, string folder)
    {
        (this.folder, this.quorum, seeds) = (Path.GetFullPath(folder), quorum, StudySeeds.OfRun(run.Options.Seed));
        Directory.CreateDirectory(this.folder);
        this.run = run.With([.. Absolute(run.Options)], RunArguments.Names);
        Sites = DatasetCatalog.Sites(run.Options);
        HasBodies = new Study(run.Options, StudySeeds.OfNobody).HasBodyHost;
    }

    public IReadOnlyList<string> Sites { get; }

    /// <summary>Whether a computation server takes part.</summary>
    public bool HasBodies { get; }

    /// <summary>Writes everything; the names are those of the commands, with the site's name for a site.</summary>
    /// <returns>Configuration file by process.</returns>
    public IReadOnlyDictionary<string, string> Write()
    {
        var (aggregate, compute) = (LoopbackPort.Free(), LoopbackPort.Free());
        var file = In("run.json");
        run.Save(file);
        var parties = Enrolled();
        Approve(parties);
        var (study, bodies) = (run.Options.Name, HasBodies ? Address(compute) : "");
        var configurations = parties.Keys.Where(party => party.Role == PartyRole.Site).ToDictionary(site => site.Name, site => Save(site.Name, new SiteProcessOptions(
            parties[site].Path, study, file, Address(aggregate), bodies, In(State, site.Name), Text(seeds.Sites), Text(seeds.Site(site.Name)))));
        configurations["aggregate"] = Save("aggregate", new AggregateOptions(parties[Aggregation].Path, $"127.0.0.1:{aggregate}", [new AggregatedStudy(study, file, bodies)]));
        if (HasBodies)
            configurations["compute"] = Save("compute", new ComputeOptions(parties[Computation].Path, $"127.0.0.1:{compute}", In(State, Computation.Name), [new ComputedStudy(study, file)]));
        return configurations;
    }

    /// <summary>Where a party of a run folder's network keeps its state.</summary>
    public static string StateOf(string runFolder, string party, string study) => Path.Combine(runFolder, Folder, State, party, study);

    public static string StateOfBodies(string runFolder, string study) => StateOf(runFolder, Computation.Name, study);

    /// <summary>Where a site keeps pictures of its own test image.</summary>
    public string StripsOf(string site) => SiteProcess.StripsOf(In(State, site), run.Options.Name);

    /// <summary>The aggregation server's copy of the manifest.</summary>
    public static string ManifestOf(string runFolder, string study) =>
        Path.Combine(new PartyFolder(Path.Combine(runFolder, Folder, PartyFolders, Aggregation.Name)).StudiesPath, study + ".json");

    private IEnumerable<Party> Parties() => [Aggregation, .. HasBodies ? [Computation] : Array.Empty<Party>(), .. Sites.Select(site => new Party(PartyRole.Site, site))];

    /// <summary>Every party's folder. A run that goes on keeps its parties' keys, since what they have signed and sealed counts under these alone.</summary>
    private Dictionary<Party, PartyFolder> Enrolled()
    {
        var known = Parties().ToDictionary(party => party, party => new PartyFolder(In(PartyFolders, party.Name)));
        if (known.Values.All(IsFresh)) return known;
        using var trust = new ThrowAwayTrust(TimeProvider.System);
        return known.ToDictionary(party => party.Key, party => trust.Write(party.Value.Path, party.Key));
    }

    private static bool IsFresh(PartyFolder folder)
    {
        if (!folder.Exists) return false;
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(folder.CertificatePath);
        return certificate.NotAfter.ToUniversalTime() > TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(1);
    }

    /// <summary>The study's manifest, approved in each party's name and kept by each.</summary>
    private void Approve(Dictionary<Party, PartyFolder> parties)
    {
        var keys = parties.ToDictionary(party => party.Key, party => party.Value.LoadKey());
        var manifest = Manifest.Create(new()
        {
            Study = run.Options.Name,
            Run = [],
            Roster = [.. parties.Values.Select(party => party.Entry())],
            MayAssemble = true, // all parties are whoever runs the command
            Quorum = new() { Sites = quorum },
            BodySeed = Text(seeds.Bodies),
            InitialWeights = run.Options.Training.InitialWeights is { Length: > 0 } weights ? FileHash.Of(weights) : "",
        }, run.Options);
        var approved = keys.Aggregate(ApprovedManifest.Of(manifest), (all, key) => all.Approve(key.Key, key.Value, TimeProvider.System));
        foreach (var folder in parties.Values) approved.Save(Path.Combine(folder.StudiesPath, manifest.Study + ".json"));
        foreach (var key in keys.Values) key.Dispose();
    }

    private static IEnumerable<string> Absolute(RunOptions options)
    {
        static string Path(string option, string path) => $"{option}={System.Text.Json.JsonSerializer.Serialize(System.IO.Path.GetFullPath(path))}";
        yield return Path("output.folder", options.Output.Folder);
        if (options.Data.Path.Length > 0) yield return Path("data.path", options.Data.Path);
        if (options.Training.InitialWeights.Length > 0) yield return Path("training.initialWeights", options.Training.InitialWeights);
    }

    private string Save<T>(string name, T options)
    {
        var path = In($"{name}.json");
        AtomicFile.WriteText(path, StrictJson.Text(options));
        return path;
    }

    private string In(params string[] names) => Path.Combine([folder, .. names]);

    private static string Text(Seeds seeds) => Convert.ToHexStringLower(seeds.Secret);

    private static string Address(int port) => $"https://127.0.0.1:{port}";
}
