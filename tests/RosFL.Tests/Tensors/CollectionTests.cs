using RosFL.Federation;
using RosFL.Runs;
using RosFL.Tests.Training;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Tensors;

/// <summary>A garbage collection on another thread changes nothing: every number lives as long as native code reads it.</summary>
public sealed class CollectionTests
{
    private const int Steps = 120;

    [Theory]
    [InlineData("attention-unet", OptimizerKind.Adam)]
    [InlineData("residual-unet", OptimizerKind.AdamW)]
    [InlineData("red-cnn", OptimizerKind.Sgd)]
    public async Task TrainingStep_whileAnotherThreadCollects_givesTheSameBits(string network, OptimizerKind optimizer)
    {
        var run = new StepCase(network, 2, NormalisationKind.Group, 1, 2, 1, MemoryLayout.ChannelsLast, ComputeKind.Fp32).Run;
        run = run with
        {
            Network = run.Network with { Activation = network == "red-cnn" ? ActivationKind.Relu : ActivationKind.LeakyRelu },
            Training = run.Training with { Optimizer = optimizer, ClipNorm = 1, Loss = LossKind.MseSsim, LearningRate = 1e-4 },
        };
        using var thread = new TorchThread("torch", 1);
        var undisturbed = await thread.RunAsync(() => Train(run));
        Assert.Equal(undisturbed, await CollectingAsync(() => thread.RunAsync(() => Train(run))));
    }

    private static string Train(RunOptions run)
    {
        using var scope = NewDisposeScope();
        var study = new Study(run);
        var batch = WholeTraining.Batches(study, 1, 25, 31)[0];
        return WholeTraining.Split(study, [.. Enumerable.Repeat(batch, Steps)]).Hash();
    }

    private static async Task<string> CollectingAsync(Func<Task<string>> work)
    {
        using var done = new CancellationTokenSource();
        var collector = Task.Factory.StartNew(() =>
        {
            while (!done.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }, TaskCreationOptions.LongRunning);
        try
        {
            return await work();
        }
        finally
        {
            await done.CancelAsync();
            await collector;
        }
    }
}
