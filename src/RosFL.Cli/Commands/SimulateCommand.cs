using System.CommandLine;
using RosFL.Cli.Display;
using RosFL.Federation;
using RosFL.Reports;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl simulate</c>: a whole study in this process.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var run = new RunArguments();
        var resume = new Option<bool>("--resume") { Description = "Go on with the newest run folder of this run file, to the same bits." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line, for machines." };
        var command = new Command("simulate", "Train a study on this machine and report it.") { resume, json };
        run.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var file = run.Load(parsed);
            using var folder = parsed.GetValue(resume) ? RunFolder.Resume(file) : RunFolder.Create(file);
            await RunAsync(folder, Watcher.For(file.Options, parsed.GetValue(json)), cancellation);
            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <summary>Runs what the folder holds to its end and writes the report; a run that fails before its first round leaves no folder.</summary>
    public static async Task RunAsync(RunFolder folder, Watcher watcher, CancellationToken cancellation)
    {
        try
        {
            await watcher.WatchAsync(async () =>
            {
                using var simulation = new Simulation(folder, watcher.Show);
                await simulation.RunAsync(cancellation);
            });
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            folder.DiscardUnlessCommitted();
            throw;
        }
        HtmlReport.Write(folder);
        watcher.Finish(folder);
    }
}
