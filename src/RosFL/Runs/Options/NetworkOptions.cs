namespace RosFL.Runs;

/// <summary>The network before it is cut. Not every network uses every option; one it does not use is refused.</summary>
public sealed record NetworkOptions
{
    /// <summary>A name in the network catalogue: red-cnn, unet, residual-unet, attention-unet, or one that a plug-in added.</summary>
    public string Name { get; init; } = "red-cnn";

    /// <summary>Channels of the outermost level (RED-CNN: of every layer). Default 32; the paper's RED-CNN has 96.</summary>
    public int Channels { get; init; } = 32;

    /// <summary>Levels around the bottom, 1 to 6. RED-CNN has 4 and ignores this.</summary>
    public int Levels { get; init; } = 4;

    /// <summary>Blocks of two 3x3 convolutions on the outermost level's way up, in front of the output layer, 1 to 4: more of them stand between the labels and the cut. U-Nets; default 1.</summary>
    public int TailBlocks { get; init; } = 1;

    /// <summary>Spatial dimensions, 2 or 3. RED-CNN is 2.</summary>
    public int Dimensions { get; init; } = 2;

    /// <summary>Channels of the input image.</summary>
    public int InputChannels { get; init; } = 1;

    /// <summary>Channels of the output: classes for segmentation (background included), image channels otherwise.</summary>
    public int OutputChannels { get; init; } = 1;

    /// <summary>Batch normalisation shares statistics between sites, which leaks and breaks averaging; group is the default.</summary>
    public NormalisationKind Normalisation { get; init; } = NormalisationKind.Group;

    public ActivationKind Activation { get; init; } = ActivationKind.Relu;
}

public enum NormalisationKind { Group, Instance, Batch, None }

public enum ActivationKind { Relu, LeakyRelu, Gelu, Silu }

/// <summary>Where the network is cut and how narrow the cut is.</summary>
public sealed record CutOptions
{
    /// <summary>Levels that stay at the site, 1 to the network's levels.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>Channels that cross the cut; 0 leaves the cut as the network has it.</summary>
    public int NarrowChannels { get; init; }

    /// <summary>Factor by which the narrow cut reduces resolution, 1 or more. Ignored when <see cref="NarrowChannels"/> is 0.</summary>
    public int NarrowStride { get; init; } = 1;
}
