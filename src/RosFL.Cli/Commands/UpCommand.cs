using System.CommandLine;
using RosFL.Cli.Display;
using RosFL.Cli.Loopback;
using RosFL.Federation;
using RosFL.Imaging.Datasets;
using RosFL.Imaging.Preprocessing;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl up</c>: a whole network on this machine, each party a process of its own.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var run = new RunArguments();
        var sites = new Option<int>("--sites") { HelpName = "N", Description = "Number of made-up hospitals, where the run trains on phantoms; else the run's sites take part." };
        var quorum = new Option<int>("--quorum") { HelpName = "N", Description = "Fewest sites that decide a round; 0 asks for all." };
        var resume = new Option<bool>("--resume") { Description = "Go on with the newest run folder of this run file." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line, for machines." };
        var command = new Command("up", "Train a study over real processes on loopback, with throw-away certificates: the servers and every site. Ends with the report of 'rosfl simulate'.") { sites, quorum, resume, json };
        run.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var file = run.Load(parsed);
            if (parsed.GetValue(sites) is > 0 and var count) file = file.With([$"data.phantoms.sites={count}"], RunArguments.Names);
            file = SiteStatistics.Gathered(file, RunArguments.Names); // what sites tell by 'rosfl data statistics' in a real network
            var networked = NetworkedRun.Of(file, DatasetCatalog.Sites(file.Options).Count, RunArguments.Names);
            file = networked.Run;
            string folder;
            using (var made = parsed.GetValue(resume) ? RunFolder.Resume(file) : RunFolder.Create(file)) folder = made.Path;
            var watcher = Watcher.For(file.Options, parsed.GetValue(json));
            await watcher.WatchAsync(() =>
            {
                if (networked.WhyOff.Length > 0) watcher.Show(new SimulationProgress.Phase(networked.WhyOff));
                return LoopbackStudy.RunAsync(file, parsed.GetValue(quorum), folder, watcher.Show, cancellation);
            });
            using var done = RunFolder.Open(folder);
            watcher.Finish(done);
            return (int)ExitCode.Success;
        });
        return command;
    }
}
