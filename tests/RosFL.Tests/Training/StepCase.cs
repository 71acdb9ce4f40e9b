using RosFL.Runs;

namespace RosFL.Tests.Training;

/// <summary>One network, cut and way of computing in which split and whole training are compared.</summary>
internal sealed record StepCase(
    string Network, int Dimensions, NormalisationKind Normalisation, int Depth, int NarrowChannels, int NarrowStride,
    MemoryLayout Layout, ComputeKind Compute)
{
    private static readonly (int Channels, int Stride)[] Narrowings = [(0, 1), (2, 1), (2, 2)];

    public int TailBlocks { get; init; } = 1;

    /// <summary>Odd sides; RED-CNN needs 21 pixels, two halvings 4.</summary>
    public long[] Space => Network == "red-cnn" ? [25, 31] : Dimensions == 2 ? [13, 15] : [5, 6, 7];

    public RunOptions Run => new()
    {
        Network = new() { Name = Network, Channels = 4, Levels = 2, TailBlocks = TailBlocks, Dimensions = Dimensions, Normalisation = Normalisation },
        Cut = new() { Depth = Depth, NarrowChannels = NarrowChannels, NarrowStride = NarrowStride },
        Algorithm = new() { Name = "fedavg" },
        Training = new() { LearningRate = 1e-2, WeightDecay = 1e-4 },
        Machine = new() { Device = DeviceKind.Cpu, Layout = Layout, Compute = Compute, Threads = 1 },
    };

    /// <summary>Every legal depth, without and with narrowing, in both memory layouts.</summary>
    public static IEnumerable<StepCase> Cuts(string network, int dimensions, NormalisationKind normalisation, ComputeKind compute) =>
        from depth in Enumerable.Range(1, network == "red-cnn" ? 4 : 2)
        from narrow in Narrowings
        from layout in Enum.GetValues<MemoryLayout>()
        select new StepCase(network, dimensions, normalisation, depth, narrow.Channels, narrow.Stride, layout, compute);
}
