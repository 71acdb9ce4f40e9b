using System.CommandLine;
using RosFL.Cli.Display;
using RosFL.Grpc.Hosting;
using RosFL.Reports;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl aggregate</c>: the aggregation server of a network.</summary>
internal static class AggregateCommand
{
    private const string Help = """
        Run the aggregation server: sites join here, it runs the rounds and merges heads and tails. Stopped or killed, it goes on from the last
        committed round when it is started again. CONFIG is JSON:
          party    folder that 'rosfl enrol' made for this server
          listen   address and port: 0.0.0.0:7443
          studies  a list; of each: study (the id of a manifest that this server approved), run (its own run file: results go to output.folder),
                   computationServer (https://host:port; empty where the sites hold the whole network)
          watch    address and port of health and metrics, such as 127.0.0.1:9464; without it none
          limits   what it spends on a site's streams: handshakeSeconds 10, helloSeconds 10, transferSeconds 10, slowestBytesPerSecond 65536, streamsPerSite 4,
                   bytesInFlight 1073741824
        Variables such as ROSFL_LISTEN lie over the file.
        """;

    public static Command Create()
    {
        var config = new Argument<string>("CONFIG") { Description = "Configuration, JSON." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line, for machines." };
        var command = new Command("aggregate", Help) { config, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = PartyOptions.Load<AggregateOptions>(parsed.GetValue(config)!);
            using var parent = ParentProcess.Follow(cancellation);
            var watchers = new Dictionary<string, Watcher>();
            await ServiceHosting.RunAsync("rosfl-aggregate", stop => AggregationServer.RunAsync(options, RunArguments.Names,
                (study, progress) =>
                {
                    Watcher? watcher;
                    lock (watchers)
                        if (!watchers.TryGetValue(study.Id, out watcher)) watchers[study.Id] = watcher = Watcher.Plain(study.Run, parsed.GetValue(json));
                    watcher.Show(progress);
                },
                folder =>
                {
                    HtmlReport.Write(folder);
                    Watcher.Plain(folder.Run.Options, parsed.GetValue(json)).Finish(folder);
                }, TimeProvider.System, stop), parent.Token);
            return (int)ExitCode.Success;
        });
        return command;
    }
}
