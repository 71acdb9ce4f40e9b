using RosFL.Runs;

namespace RosFL.Bench;

/// <summary>The split step in one process against the step of the unsplit network; one repetition is one step of each.</summary>
internal static class SplitBench
{
    public static void Run(BenchOptions options)
    {
        var table = new Table($"Split step against unsplit step, {options.Threads} threads, median of {options.Reps}",
            "network", "patch", "batch", "unsplit ms", "split ms", "split / unsplit");
        foreach (var (name, run) in new[] { ("RED-CNN 96", BenchRun.RedCnn()), ("U-Net 32", BenchRun.UNet()) })
            foreach (var size in new[] { 64, 128 })
                foreach (var batch in new[] { 1, 4 })
                    Measure(table, name, run.With(options, MemoryLayout.ChannelsLast), size, batch, options.Reps);
    }

    private static void Measure(Table table, string name, RunOptions run, int size, int batch, int reps)
    {
        using var whole = new WholeStep(run);
        using var split = new SplitStep(run);
        var images = BenchRun.Batch(run, batch, size);
        var ms = Interleaved.Medians(reps, () => whole.Run(images), () => split.Run(images));
        table.Row(name, $"{size}", $"{batch}", $"{ms[0]:f1}", $"{ms[1]:f1}", $"{ms[1] / ms[0]:f3}");
    }
}
