using System.CommandLine;
using System.Globalization;
using RosFL.Cli.Display;
using RosFL.Reports;
using RosFL.Runs;

namespace RosFL.Cli.Commands;

/// <summary><c>rosfl compare</c>: the same study under several algorithms, seeds, or values of one option; goes on where it stopped.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var run = new RunArguments();
        var algorithms = new Option<string>("--algorithms") { HelpName = "a,b,c", Description = "Algorithms, comma-separated; default: the run file's." };
        var seeds = new Option<int>("--seeds") { DefaultValueFactory = _ => 1, Description = "Seeds, counted from the run file's." };
        var sweep = new Option<string?>("--sweep") { HelpName = "path=v1,v2", Description = "Values of one option, e.g. algorithm.strength=0,0.1,0.5." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line, for machines." };
        var command = new Command("compare", "Compare algorithms, seeds or values of one option; a finished run is not repeated.") { algorithms, seeds, sweep, json };
        run.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var file = run.Load(parsed);
            var names = (parsed.GetValue(algorithms) ?? file.Options.Algorithm.Name).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            var root = Path.Combine(file.Options.Output.Folder, file.Options.Name + "-compare");
            var runs = Variants(file, names, Math.Max(1, parsed.GetValue(seeds)), parsed.GetValue(sweep), root).ToList();
            foreach (var variant in runs) await RunAsync(variant.File, parsed.GetValue(json), cancellation);
            Report(file, runs, root);
            return (int)ExitCode.Success;
        });
        return command;
    }

    private sealed record Variant(string Method, long Seed, RunFile File);

    /// <summary>All run files, checked before the first one starts.</summary>
    private static IEnumerable<Variant> Variants(RunFile file, string[] algorithms, int seeds, string? sweep, string root) =>
        from seed in Enumerable.Range(0, seeds)
        from algorithm in algorithms
        from value in Values(sweep)
        let method = value is null ? algorithm : $"{algorithm} {value.Split('.')[^1]}"
        let number = file.Options.Seed + seed
        select new Variant(method, number, file.WithAlgorithm(algorithm, RunArguments.Names).With(
        [
            $"seed={number}", $"output.folder=\"{root.Replace('\\', '/')}\"", $"name=\"{method.Replace(' ', '-').Replace('=', '-')}-seed{number}\"", .. value is null ? Array.Empty<string>() : [value],
        ], RunArguments.Names));

    private static string?[] Values(string? sweep)
    {
        if (sweep is null) return [null];
        var (path, values) = sweep.Split('=', 2) is [var p, var v] ? (p, v)
            : throw new RosflException(ExitCode.Usage, $"--sweep '{sweep}' has no '=': give path=value,value, e.g. algorithm.strength=0,0.1.");
        return [.. values.Split(',').Select(value => $"{path}={value}")];
    }

    private static async Task RunAsync(RunFile file, bool json, CancellationToken cancellation)
    {
        var exists = Directory.Exists(Path.Combine(file.Options.Output.Folder, file.Options.Name));
        using var folder = exists ? RunFolder.Resume(file) : RunFolder.Create(file);
        using (var store = RunStore.Open(folder.StorePath))
            if (store.Scores("test").Count > 0) return;
        await SimulateCommand.RunAsync(folder, Watcher.For(file.Options, json), cancellation);
    }

    private static void Report(RunFile file, IReadOnlyList<Variant> runs, string root)
    {
        var tables = CompareTables.Of(file.Options, [.. runs.Select(r => (r.Method, r.Seed, Path.Combine(r.File.Options.Output.Folder, r.File.Options.Name)))]);
        AtomicFile.WriteText(Path.Combine(root, "compare.md"), CompareReport.Markdown(tables));
        AtomicFile.WriteText(Path.Combine(root, "compare.csv"), CompareReport.Csv(tables));
        AtomicFile.WriteText(Path.Combine(root, "compare.html"), CompareReport.Html($"{file.Options.Name}: comparison", tables));
        Console.WriteLine(CompareReport.Markdown(tables));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runs.Count} runs; tables: {Path.Combine(root, "compare.html")}"));
    }
}
