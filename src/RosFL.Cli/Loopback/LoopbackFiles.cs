using System.Net;
using System.Net.Sockets;
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
    private readonly string folder;
    private readonly RunFile run;
    private readonly StudySeeds seeds;

    /// <param name="folder">Made anew, but for what parties keep of a run that goes on.</param>
    public LoopbackFiles(RunFile run, string folder)
    {
        (this.folder, seeds) = (Path.GetFullPath(folder), StudySeeds.OfRun(run.Options.Seed));
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
        var (aggregate, compute) = (FreePort(), FreePort());
        var file = In("run.json");
        run.Save(file);
        using var trust = new ThrowAwayTrust(TimeProvider.System);
        string Party(PartyRole role, string name) => trust.Write(In("parties", name), new Party(role, name)).Path;
        var configurations = new Dictionary<string, string>
        {
            ["aggregate"] = Save("aggregate", new AggregateOptions(Party(PartyRole.AggregationServer, "aggregation-server"), $"127.0.0.1:{aggregate}",
                [new AggregatedStudy(file, [.. Sites], HasBodies ? Address(compute) : "")])),
        };
        if (HasBodies)
            configurations["compute"] = Save("compute", new ComputeOptions(Party(PartyRole.ComputationServer, "computation-server"), $"127.0.0.1:{compute}",
                In("state", "computation-server"), [new ComputedStudy(file, [.. Sites], Text(seeds.Bodies))]));
        foreach (var site in Sites)
            configurations[site] = Save(site, new SiteProcessOptions(Party(PartyRole.Site, site), file, Address(aggregate), HasBodies ? Address(compute) : "",
                In("state", site), Text(seeds.Bodies), Text(seeds.Sites), Text(seeds.Site(site))));
        return configurations;
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
