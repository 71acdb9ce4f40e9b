using RosFL.Networks;
using RosFL.Runs;
using RosFL.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RosFL.Bench;

/// <summary>Our Adam against TorchSharp's on all parameters of a network; one repetition is one step of each.</summary>
internal static class OptimizerBench
{
    public static void Run(BenchOptions options)
    {
        var table = new Table($"Optimizer step, {options.Threads} threads, median of {options.Reps}", "network", "parameters", "TorchSharp ms", "RosFL ms", "RosFL / TorchSharp");
        set_num_threads(options.Threads);
        foreach (var (name, run) in new[] { ("RED-CNN 96", BenchRun.RedCnn()), ("U-Net 32", BenchRun.UNet()) })
            Measure(table, name, run.With(options, MemoryLayout.ChannelsLast), options.Reps);
    }

    private static void Measure(Table table, string name, RunOptions run, int reps)
    {
        using var scope = NewDisposeScope();
        var network = NetworkCatalog.Create(run.Network, run.Cut, run.Machine).Network;
        using var part = new Part(PartName.Body, network.Modules, CPU);
        part.Draw(new Seeds(run.Seed));
        Parameter[] parameters = [.. part.Parameters.Select(p => p.Value)];
        Tensor[] gradients = [.. parameters.Select(p => rand_like(p).detach())];
        using var ours = new PartOptimizer(part, run, hook: null);
#pragma warning disable RS0030 // what ours is measured against
        using var torchs = optim.Adam(parameters, run.Training.LearningRate);
        var ms = Interleaved.Medians(reps, () => Step(() => torchs.step()), () => Step(() => ours.Step(new StepTime(0, 0, 1))));
#pragma warning restore RS0030
        table.Row(name, $"{parameters.Sum(p => p.numel())}", $"{ms[0]:f2}", $"{ms[1]:f2}", $"{ms[1] / ms[0]:f3}");

        void Step(Action step)
        {
            using var inner = NewDisposeScope();
            foreach (var (parameter, gradient) in parameters.Zip(gradients)) parameter.grad = gradient;
            step();
        }
    }
}
