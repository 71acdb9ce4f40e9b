using RosFL.Networks;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Bench;

/// <summary>
/// How near the training step comes to the machine's peak. A step is counted as three times the forward pass, a multiply-accumulate as
/// two operations; the peak is that of a square matrix product of the same number type.
/// </summary>
internal static class PeakBench
{
    private const int Size = 64, Matrix = 2048;

    public static void Run(BenchOptions options)
    {
        var (peak32, peak16) = (Peak(ScalarType.Float32, options.Reps), Peak(ScalarType.BFloat16, options.Reps));
        Console.WriteLine($"\nMatrix product {Matrix}x{Matrix}, {options.Threads} threads: {peak32:f0} GFLOP/s in fp32, {peak16:f0} in bf16.");
        var table = new Table($"RED-CNN 96, {Size} px, {options.Threads} threads, median of {options.Reps}",
            "batch", "step", "ms", "GFLOP/s", "of the peak", "times as fast as fp32 NCHW", "times as fast as published");
        foreach (var (batch, published) in new[] { (1, PublishedMs1), (4, PublishedMs4) }) Measure(table, options, batch, published, peak32, peak16);
        Console.WriteLine($"\nPublished: {PublishedMs1 / 1000:f3} s and {PublishedMs4 / 1000:f3} s, external constants: the published DC-SFL program's step on Debian's PyTorch 1.13 with OpenBLAS. Not measured by this bench.");
    }

    // the published program's step time as reported for another installation; never measured here
    private const double PublishedMs1 = 431, PublishedMs4 = 1359;

    private static void Measure(Table table, BenchOptions options, int batch, double published, double peak32, double peak16)
    {
        (string Name, MemoryLayout Layout, ComputeKind Compute, double Peak)[] kinds =
        [
            ("fp32, NCHW", MemoryLayout.Contiguous, ComputeKind.Fp32, peak32),
            ("fp32, channels last", MemoryLayout.ChannelsLast, ComputeKind.Fp32, peak32),
            ("bf16, channels last", MemoryLayout.ChannelsLast, ComputeKind.Bf16, peak16),
        ];
        var runs = kinds.Select(k => BenchRun.RedCnn().With(options, k.Layout, k.Compute)).ToList();
        var steps = runs.ConvertAll(run => (Step: new SplitStep(run), Images: BenchRun.Batch(run, batch, Size)));
        var ms = Interleaved.Medians(options.Reps, [.. steps.Select(s => (Action)(() => s.Step.Run(s.Images)))]);
        var operations = 3 * 2.0 * ForwardMacs(runs[0]) * batch;
        foreach (var (kind, time) in kinds.Zip(ms))
        {
            var rate = operations / time / 1e6;
            table.Row($"{batch}", kind.Name, $"{time:f1}", $"{rate:f0}", $"{rate / kind.Peak:f2}", $"{ms[0] / time:f2}", $"{published / time:f2}");
        }
        foreach (var (step, _) in steps) step.Dispose();
    }

    private static double Peak(ScalarType type, int reps)
    {
        using var scope = NewDisposeScope();
        using var generator = Seeds.Generator(1);
        var a = rand([Matrix, Matrix], generator: generator).to(type);
        var ms = Interleaved.Medians(reps, () => mm(a, a).Dispose());
        return 2.0 * Matrix * Matrix * Matrix / ms[0] / 1e6;
    }

    private static long ForwardMacs(RunOptions run)
    {
        var cost = CutCost.Of(run.Network, run.Cut, Size);
        return cost.SiteMacs + cost.BodyMacs;
    }
}
