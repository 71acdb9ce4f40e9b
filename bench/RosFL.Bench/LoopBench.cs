using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Bench;

/// <summary>
/// The simulation's rounds against a loop written by hand in TorchSharp that does the same: every site trains a copy of the whole
/// network, then the copies are averaged. One repetition is all rounds of both.
/// </summary>
internal static class LoopBench
{
    private const int Sites = 4, Rounds = 2, StepsPerRound = 8, Size = 64;

    public static void Run(BenchOptions options)
    {
        var table = new Table($"simulate against a hand-written loop, {Sites} sites, {Rounds} rounds of {StepsPerRound} steps, {Size} px, {options.Threads} threads, median of {options.Reps}",
            "network", "batch", "by hand ms / step", "simulate ms / step", "simulate / by hand");
        foreach (var channels in new[] { 32, 96 })
            foreach (var batch in new[] { 1, 4 })
                Measure(table, options, channels, batch);
    }

    private static void Measure(Table table, BenchOptions options, int channels, int batch)
    {
        var run = BenchRun.RedCnn(channels).With(options, MemoryLayout.Contiguous);
        run = run with { Rounds = Rounds, Training = run.Training with { Batch = batch } };
        using var study = new BenchStudy(run, Sites, StepsPerRound * batch, Size);
        set_num_threads(options.Threads);
        var images = BenchRun.Batch(run, batch, Size);
        var ms = Interleaved.Medians(options.Reps, () => ByHand(channels, images.Images, images.Targets), study.Run);
        const double steps = Sites * Rounds * StepsPerRound;
        table.Row($"RED-CNN {channels}", $"{batch}", $"{ms[0] / steps:f1}", $"{ms[1] / steps:f1}", $"{ms[1] / ms[0]:f3}");
    }

    private static void ByHand(int channels, Tensor images, Tensor targets)
    {
        using var all = NewDisposeScope();
        var models = Enumerable.Range(0, Sites).Select(_ => new PlainRedCnn(channels)).ToList();
#pragma warning disable RS0030 // TorchSharp's own optimizer, as in any loop by hand
        var optimizers = models.ConvertAll(m => optim.Adam(m.parameters(), 1e-4));
#pragma warning restore RS0030
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (model, optimizer) in models.Zip(optimizers))
                for (var step = 0; step < StepsPerRound; step++)
                {
                    using var scope = NewDisposeScope();
                    optimizer.zero_grad();
                    var loss = nn.functional.mse_loss(model.call(images), targets);
                    loss.backward();
                    optimizer.step();
                    loss.item<float>();
                }
            Average(models);
        }
    }

    private static void Average(List<PlainRedCnn> models)
    {
        using var noGrad = no_grad();
        var parameters = models.ConvertAll(m => m.parameters().ToList());
        for (var i = 0; i < parameters[0].Count; i++)
        {
            using var scope = NewDisposeScope();
            var mean = stack(parameters.Select(p => (Tensor)p[i])).mean([0]);
            foreach (var model in parameters) model[i].copy_(mean);
        }
    }
}
