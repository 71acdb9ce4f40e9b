using RosFL.Federation;
using RosFL.Reports;
using RosFL.Runs;

namespace RosFL.Cli.Loopback;

/// <summary>A study over real processes on this machine, from its start to its report; no process is left behind.</summary>
internal static class LoopbackStudy
{
    /// <param name="quorum">Fewest sites that decide a round; 0 asks for all.</param>
    /// <param name="runFolder">Where the aggregation server records the run.</param>
    /// <param name="show">What the aggregation server tells.</param>
    public static async Task RunAsync(RunFile run, int quorum, string runFolder, Action<SimulationProgress> show, CancellationToken cancellation)
    {
        var files = new LoopbackFiles(run, quorum, Path.Combine(runFolder, LoopbackFiles.Folder));
        var configurations = files.Write();
        void Notice(string text) => show(new SimulationProgress.Phase(text));
        void Shown(string line)
        {
            if (ProgressLine.Parse(line) is { } progress) show(progress);
        }

        var logs = Directory.CreateDirectory(Path.Combine(runFolder, LoopbackFiles.Folder, "logs")).FullName;
        string Log(string name) => Path.Combine(logs, name + ".log");
        var aggregate = new Child("aggregate", ["aggregate", configurations["aggregate"], "--json"], Shown, Notice, Log("aggregate"));
        Child[] sites = [.. files.Sites.Select(site => new Child(site, ["site", configurations[site]], _ => { }, Notice, Log(site)))];
        Child[] servers = files.HasBodies ? [new Child("compute", ["compute", configurations["compute"]], _ => { }, Notice, Log("compute"))] : [];

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ending = new[] { aggregate }.Concat(sites).Select(c => c.RunAsync(stop.Token)).ToList();
        var serving = servers.Select(c => c.RunAsync(stop.Token)).ToList();
        try
        {
            await FirstFailureOrAllAsync(ending, serving);
            StripFolder.Join(Path.Combine(runFolder, "strips"), [.. files.Sites.Select(files.StripsOf)]);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(ending.Concat(serving).Select(t => t.ContinueWith(_ => { }, TaskScheduler.Default)));
        }
    }

    /// <summary>Servers never end by themselves but by failing.</summary>
    private static async Task FirstFailureOrAllAsync(List<Task> ending, List<Task> serving)
    {
        var left = ending.ToList();
        while (left.Count > 0)
        {
            var first = await Task.WhenAny(left.Concat(serving));
            await first;
            left.Remove(first);
        }
    }
}
