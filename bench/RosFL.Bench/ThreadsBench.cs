using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Bench;

/// <summary>
/// One replica on all threads against as many replicas as threads with one thread each. One repetition is four steps of every replica;
/// throughput counts the steps of all.
/// </summary>
internal static class ThreadsBench
{
    private const int Steps = 4;

    public static void Run(BenchOptions options)
    {
        var table = new Table($"One replica on {options.Threads} threads against {options.Threads} replicas on one thread each, 64 px, median of {options.Reps}",
            "network", "batch", "one replica, steps / s", "many replicas, steps / s", "many / one");
        foreach (var (name, run) in new[] { ("RED-CNN 96", BenchRun.RedCnn()), ("U-Net 32", BenchRun.UNet()) })
            foreach (var batch in new[] { 1, 4 })
                Measure(table, options, name, run.With(options, MemoryLayout.ChannelsLast), batch);
    }

    private static void Measure(Table table, BenchOptions options, string name, RunOptions run, int batch)
    {
        using var alone = new Replica(run, options.Threads, batch);
        var many = Enumerable.Range(0, options.Threads).Select(_ => new Replica(run, 1, batch)).ToList();
        var ms = Interleaved.Medians(options.Reps,
            () => alone.RunAsync().Wait(),
            () => Task.WaitAll([.. many.Select(r => r.RunAsync())]));
        var (one, all) = (Steps * 1000 / ms[0], Steps * many.Count * 1000 / ms[1]);
        table.Row(name, $"{batch}", $"{one:f2}", $"{all:f2}", $"{all / one:f2}");
        many.ForEach(r => r.Dispose());
    }

    /// <summary>A split step on a torch thread of its own, made there because the number of threads belongs to the thread.</summary>
    private sealed class Replica : IDisposable
    {
        private readonly TorchThread thread;
        private readonly SplitStep step;
        private readonly Imaging.Batch images;

        public Replica(RunOptions run, int threads, int batch)
        {
            thread = new TorchThread("replica", threads);
            (step, images) = thread.RunAsync(() => (new SplitStep(run), BenchRun.Batch(run, batch, 64))).Result;
        }

        public Task RunAsync() => thread.RunAsync(() =>
        {
            for (var i = 0; i < Steps; i++) step.Run(images);
        });

        public void Dispose()
        {
            step.Dispose();
            thread.Dispose();
        }
    }
}
