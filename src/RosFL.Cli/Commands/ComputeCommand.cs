using System.CommandLine;
using RosFL.Grpc.Hosting;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl compute</c>: the computation server of a network.</summary>
internal static class ComputeCommand
{
    private const string Help = """
        Run the computation server: it holds the bodies and sees neither images nor labels, heads or tails. It runs until it is stopped. CONFIG is JSON:
          party    folder that 'rosfl enrol' made for this server
          listen   address and port: 0.0.0.0:7444
          folder   where bodies are kept, a folder for each study in it
          studies  a list; of each: study (the id of a manifest that this server approved), run (its own run file)
          watch    address and port of health and metrics, such as 127.0.0.1:9464; without it none
          limits   what it spends on a site's streams: handshakeSeconds 10, helloSeconds 10, transferSeconds 10, slowestBytesPerSecond 65536,
                   streamsPerSite 4, idleSeconds 300, bytesInFlight 1073741824
        Variables such as ROSFL_LISTEN lie over the file.
        """;

    public static Command Create()
    {
        var config = new Argument<string>("CONFIG") { Description = "Configuration, JSON." };
        var command = new Command("compute", Help) { config };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = PartyOptions.Load<ComputeOptions>(parsed.GetValue(config)!);
            using var parent = ParentProcess.Follow(cancellation);
            await ServiceHosting.RunAsync("rosfl-compute", stop => ComputationServer.RunAsync(options, RunArguments.Names, TimeProvider.System, stop), parent.Token);
            return (int)ExitCode.Success;
        });
        return command;
    }
}
