using System.Globalization;
using RosFL.Bench;
using RosFL.Training;

// One bench a file; each prints a table in Markdown. See docs/performance.md.
//   dotnet run -c Release --project bench/RosFL.Bench -- NAME [--reps n] [--threads n] [--processor-time 1] [--patch n] [--batch n]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var benches = new Dictionary<string, (int Reps, Action<BenchOptions> Run)>
{
    ["split"] = (15, SplitBench.Run),
    ["loop"] = (7, LoopBench.Run),
    ["peak"] = (7, PeakBench.Run),
    ["optimizer"] = (60, OptimizerBench.Run),
    ["memory"] = (10, MemoryBench.Run),
    ["secagg"] = (1, SecureAggregationBench.Run),
    ["secagg-memory"] = (1, SecureAggregationBench.RunMemory),
    ["threads"] = (9, ThreadsBench.Run),
    ["start"] = (11, StartBench.Run),
    ["wire"] = (9, WireBench.Run),
    ["remote"] = (41, RemoteBench.Run),
    ["remote-narrow"] = (41, RemoteBench.RunNarrow),
    ["slow-line"] = (9, SlowLineBench.Run),
    [SitesMemory.Name] = (2, SitesMemory.Run),
    [ServedBodies.Name] = (1, ServedBodies.Run),
};

if (args.Length == 0 || args.Length % 2 == 0 || !benches.TryGetValue(args[0], out var bench))
{
    Console.Error.WriteLine("usage: RosFL.Bench split|loop|peak|optimizer|memory|secagg|secagg-memory|threads|start|wire|remote|remote-narrow|slow-line [--reps n] [--threads n] [--sites n] [--processor-time 1] [--patch n] [--batch n]");
    return 2;
}

int Number(string option, int standard) => Array.IndexOf(args, option) is > 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : standard;
var options = new BenchOptions(Number("--reps", bench.Reps), Number("--threads", Environment.ProcessorCount), Number("--sites", 4), Number("--patch", 0), Number("--batch", 0));

Interleaved.ByProcessorTime = Number("--processor-time", 0) > 0;

// before the first tensor: OpenMP reads its environment when libtorch loads
TorchEnvironment.Prepare(options.Threads);
bench.Run(options);
return 0;
