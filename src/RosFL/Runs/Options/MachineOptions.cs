namespace RosFL.Runs;

/// <summary>How the machine computes: part of the run because it decides bits.</summary>
public sealed record MachineOptions
{
    public DeviceKind Device { get; init; } = DeviceKind.Auto;

    public ComputeKind Compute { get; init; } = ComputeKind.Fp32;

    public MemoryLayout Layout { get; init; } = MemoryLayout.ChannelsLast;

    /// <summary>Threads inside one tensor operation; 0 takes the machine's cores divided by <see cref="Workers"/>, and the run folder records the number.</summary>
    public int Threads { get; init; }

    /// <summary>Sites that train side by side in a simulation, each on a torch thread of its own.</summary>
    public int Workers { get; init; } = 1;
}

public enum DeviceKind { Auto, Cpu, Cuda }

public enum ComputeKind { Fp32, Bf16 }

public enum MemoryLayout { Contiguous, ChannelsLast }
