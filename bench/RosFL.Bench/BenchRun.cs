using RosFL.Imaging;
using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Bench;

/// <summary>The runs that benches measure: the paper's RED-CNN and a U-Net, on noise of a fixed seed.</summary>
internal static class BenchRun
{
    public static RunOptions RedCnn(int channels = 96) => new()
    {
        Network = new() { Name = "red-cnn", Channels = channels },
        Algorithm = new() { Name = "splitfed-v1" },
        Training = new() { LearningRate = 1e-4 },
    };

    public static RunOptions UNet(int channels = 32) => RedCnn() with { Network = new() { Name = "unet", Channels = channels, Levels = 4 } };

    public static RunOptions With(this RunOptions run, BenchOptions options, MemoryLayout layout, ComputeKind compute = ComputeKind.Fp32) =>
        run with { Machine = new() { Device = DeviceKind.Cpu, Threads = options.Threads, Layout = layout, Compute = compute } };

    /// <summary>A batch in the run's memory layout that no dispose scope releases.</summary>
    public static Batch Batch(RunOptions run, int batch, int size)
    {
        using var generator = Seeds.Generator(1);
        using var scope = NewDisposeScope();
        Tensor Noise()
        {
            var noise = rand([batch, 1, size, size], generator: generator);
            return run.Machine.Layout == MemoryLayout.ChannelsLast ? noise.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : noise;
        }
        return new(Noise().DetachFromDisposeScope(), Noise().DetachFromDisposeScope(), null);
    }
}
