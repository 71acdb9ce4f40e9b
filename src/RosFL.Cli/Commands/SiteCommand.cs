using System.CommandLine;
using RosFL.Grpc.Hosting;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl site</c>: a hospital of a network.</summary>
internal static class SiteCommand
{
    private const string Help = """
        Run a site: it holds images, head and tail, and dials the two servers; nobody dials it. It ends when the study is over; stopped or killed before,
        it takes part again when it is started again. CONFIG is JSON:
          party              folder that 'rosfl enrol' made for this site; its certificate names the site
          study              the id of a manifest that this site approved
          run                the site's own run file: its images, its places, its machine
          data               root folder of the data; without it the run file's data.path
          folder             where the site keeps its own state
          aggregationServer  https://host:port
          computationServer  https://host:port; empty where the site holds the whole network
          sitesSecret        32 bytes in hexadecimal, the same for all sites; no server may have it
          ownSecret          32 bytes in hexadecimal, of this site alone
          audit              audit.json of this site; a cut that is not green or amber keeps it out of the study
          override           the officer's signed decision to join all the same
          officer            the officer's public key (PEM)
          overSeconds        how long a site that knows that the study is over dials a server that does not answer, before it ends (30)
          watch              address and port of health and metrics, such as 127.0.0.1:9464; without it none
        Variables such as ROSFL_DATA lie over the file.
        """;

    public static Command Create()
    {
        var config = new Argument<string>("CONFIG") { Description = "Configuration, JSON." };
        var command = new Command("site", Help) { config };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (options, run) = SiteConfiguration.Load(parsed.GetValue(config)!);
            using var parent = ParentProcess.Follow(cancellation);
            await ServiceHosting.RunAsync("rosfl-site", stop => SiteProcess.RunAsync(options, run, RunArguments.Names, Console.Error.WriteLine, TimeProvider.System, stop), parent.Token);
            return (int)ExitCode.Success;
        });
        return command;
    }
}
