using RosFL.Federation;
using RosFL.Reports;
using RosFL.Runs;

namespace RosFL.Cli.Loopback;

/// <summary>A study over real processes on this machine, from its start to its report; no process is left behind.</summary>
internal static class LoopbackStudy
{
    private static readonly TimeSpan Leaving = TimeSpan.FromSeconds(10);

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
        var aggregating = aggregate.RunAsync(stop.Token);
        var serving = sites.Concat(servers).Select(c => c.RunAsync(stop.Token)).ToList();
        try
        {
            await EndOrFirstFailureAsync(aggregating, serving);
            await Task.WhenAny(Task.WhenAll(serving.Take(sites.Length)), Task.Delay(Leaving, cancellation)); // a site that was killed as it left dials for a while a server that is gone
            StripFolder.Join(Path.Combine(runFolder, "strips"), [.. files.Sites.Select(files.StripsOf)]);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(serving.Append(aggregating).Select(t => t.ContinueWith(_ => { }, TaskScheduler.Default)));
        }
    }

    /// <summary>The study is over when the aggregation server says so: it has every result.</summary>
    private static async Task EndOrFirstFailureAsync(Task aggregating, List<Task> serving)
    {
        var left = serving.Append(aggregating).ToList();
        while (!aggregating.IsCompletedSuccessfully)
        {
            var first = await Task.WhenAny(left);
            await first;
            left.Remove(first);
        }
    }
}
