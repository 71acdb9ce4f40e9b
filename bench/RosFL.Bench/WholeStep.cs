using RosFL.Imaging;
using RosFL.Networks;
using RosFL.Runs;
using RosFL.Training;
using RosFL.Training.Losses;
using static TorchSharp.torch;

namespace RosFL.Bench;

/// <summary>The ordinary training step of the whole network, without any cut: what the split step is measured against.</summary>
internal sealed class WholeStep : IDisposable
{
    private readonly UNetwork network;
    private readonly Part part;
    private readonly PartOptimizer optimizer;
    private readonly Loss loss;

    public WholeStep(RunOptions run)
    {
        network = NetworkCatalog.Create(run.Network, run.Cut, run.Machine).Network;
        part = new Part(PartName.Body, network.Modules, CPU);
        part.Draw(new Seeds(run.Seed));
        optimizer = new PartOptimizer(part, run, hook: null);
        loss = Losses.Make(run.Training, run.Task, run.Network.OutputChannels);
    }

    public double Run(Batch batch)
    {
        using var scope = NewDisposeScope();
        part.Train(true);
        part.ClearGradients();
        var value = loss.Of(network.Forward(batch.Images), batch.Targets, batch.Mask);
        value.backward();
        optimizer.Step(new StepTime(0, 0, 1));
        return value.to(ScalarType.Float32).item<float>();
    }

    public void Dispose()
    {
        optimizer.Dispose();
        part.Dispose();
    }
}
