using System.CommandLine;
using System.Globalization;
using RosFL.Cli.Display;
using RosFL.Federation;
using RosFL.Imaging.Baselines;
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
        var baselines = new Option<bool>("--baselines") { Description = "Also classical methods: the input and tuned filters (restoration, reconstruction), a ridge filter (vessels)." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line, for machines." };
        var command = new Command("compare", "Compare algorithms, seeds or values of one option; a finished run is not repeated.") { algorithms, seeds, sweep, baselines, json };
        run.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var file = run.Load(parsed);
            var names = (parsed.GetValue(algorithms) ?? file.Options.Algorithm.Name).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            var root = Path.Combine(file.Options.Output.Folder, file.Options.Name + "-compare");
            var seedCount = parsed.GetValue(seeds) is > 0 and var count ? count
                : throw new RosflException(ExitCode.Usage, $"--seeds {parsed.GetValue(seeds)} leaves nothing to run: give 1 or more.");
            var runs = Variants(file, names, seedCount, parsed.GetValue(sweep), root).ToList();
            var classical = parsed.GetValue(baselines) ? Baselines(file, seedCount, root).ToList() : [];
            foreach (var baseline in classical) await RunBaselinesAsync(baseline.File, parsed.GetValue(json), cancellation);
            foreach (var variant in runs) await RunAsync(variant.File, parsed.GetValue(json), cancellation);
            Report(file, [.. classical, .. runs], root);
            return (int)ExitCode.Success;
        });
        return command;
    }

    /// <param name="Models">What the run's table shows: its model, or the classical methods that one folder holds.</param>
    private sealed record Variant(string Method, long Seed, RunFile File, IReadOnlyList<string>? Models = null);

    /// <summary>One folder of classical methods a seed, since the seed draws the split.</summary>
    private static IEnumerable<Variant> Baselines(RunFile file, int seeds, string root)
    {
        var names = BaselineMethods.NamesFor(file.Options);
        return Enumerable.Range(0, seeds).Select(seed => file.Options.Seed + seed)
            .Select(seed => new Variant("baselines", seed, In(root, file, "baselines", seed), names));
    }

    private static RunFile In(string root, RunFile file, string method, long seed, params string[] more) => file.With(
    [
        $"seed={seed}", $"output.folder=\"{root.Replace('\\', '/')}\"", $"name=\"{method.Replace(' ', '-').Replace('=', '-')}-seed{seed}\"", .. more,
    ], RunArguments.Names);

    /// <summary>All run files, checked before the first one starts.</summary>
    private static IEnumerable<Variant> Variants(RunFile file, string[] algorithms, int seeds, string? sweep, string root) =>
        from seed in Enumerable.Range(0, seeds)
        from algorithm in algorithms
        from value in Values(sweep)
        let method = value is null ? algorithm : $"{algorithm} {Short(value)}"
        let number = file.Options.Seed + seed
        select new Variant(method, number, In(root, file.WithAlgorithm(algorithm, RunArguments.Names), method, number, value is null ? [] : [value]));

    /// <summary>algorithm.strength=0.1 to strength=0.1.</summary>
    private static string Short(string assignment) => assignment[(assignment.LastIndexOf('.', assignment.IndexOf('=', StringComparison.Ordinal)) + 1)..];

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

    private static async Task RunBaselinesAsync(RunFile file, bool json, CancellationToken cancellation)
    {
        using var folder = RunFolder.Resume(file);
        var watcher = Watcher.For(file.Options, json);
        await watcher.WatchAsync(() => new BaselineStudy(folder, watcher.Show).RunAsync(cancellation));
    }

    private static void Report(RunFile file, IReadOnlyList<Variant> runs, string root)
    {
        var tables = CompareTables.Of(file.Options, [.. runs.SelectMany(Compared)]);
        AtomicFile.WriteText(Path.Combine(root, "compare.md"), CompareReport.Markdown(tables));
        AtomicFile.WriteText(Path.Combine(root, "compare.csv"), CompareReport.Csv(tables));
        AtomicFile.WriteText(Path.Combine(root, "compare.html"), CompareReport.Html($"{file.Options.Name}: comparison", tables));
        Console.WriteLine(CompareReport.Markdown(tables));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runs.Count} runs; tables: {Path.Combine(root, "compare.html")}"));
    }

    private static IEnumerable<ComparedRun> Compared(Variant run)
    {
        var folder = Path.Combine(run.File.Options.Output.Folder, run.File.Options.Name);
        return run.Models is null ? [new(run.Method, run.Seed, folder)] : run.Models.Select(model => new ComparedRun(model, run.Seed, folder, model));
    }
}
