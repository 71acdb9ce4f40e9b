namespace RosFL.Runs;

/// <summary>What crosses the cut between a site and the computation server; used by algorithms that have one.</summary>
public sealed record WireOptions
{
    /// <summary>How the numbers of smashed values, features and their gradients travel. A simulation loses the same precision, to the bit. Default fp32.</summary>
    public PayloadKind Payload { get; init; } = PayloadKind.Fp32;

    /// <summary>
    /// Largest root mean square of a tensor that crosses the cut: a larger one, NaN and infinity are refused. Ignored by a simulation
    /// with payload fp32, where nothing crosses. Above 0, default 1e6.
    /// </summary>
    public double LargestRms { get; init; } = 1e6;

    /// <summary>
    /// Sizes in pixels, one number per spatial axis, of the whole images that may go through the network where no patch or window fixes
    /// their size, after resampling. Needed between machines for images from files; ignored by a simulation. Default none.
    /// </summary>
    public int[][] ImageSizes { get; init; } = [];
}

public enum PayloadKind
{
    /// <summary>Exact: every number travels as it was computed, which under machine.compute bf16 means bf16.</summary>
    Fp32,

    /// <summary>Half the bytes, 8 bits of precision, the range of fp32.</summary>
    Bf16,

    /// <summary>Half the bytes, 11 bits of precision, numbers up to 65504.</summary>
    Fp16,

    /// <summary>A quarter of the bytes: 255 steps between the largest number of each image's channel and its negative.</summary>
    Int8,
}
