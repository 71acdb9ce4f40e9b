namespace RosFL.Runs;

/// <summary>From file units to network units.</summary>
public sealed record PreprocessingOptions
{
    public IntensityKind Intensity { get; init; } = IntensityKind.None;

    /// <summary>Window in HU (or file units) that <c>window</c> maps to 0..1, values outside clipped.</summary>
    public double[] Window { get; init; } = [-1000, 1000];

    /// <summary>Percentiles that <c>percentile</c> maps to 0..1, by image.</summary>
    public double[] Percentiles { get; init; } = [0.5, 99.5];

    /// <summary>What <c>ct-foreground</c> found over all sites, one entry a channel; empty lets a simulation gather it. Between machines <c>rosfl study new --statistics</c> puts it here.</summary>
    public ForegroundChannel[] ForegroundMap { get; init; } = [];

    /// <summary>File value + offset = HU, for 16-bit PNG that store HU + 1024: -1024.</summary>
    public double Offset { get; init; }

    /// <summary>File value times this (before the offset), for 8-bit PNG of a window.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Resample to this spacing in mm, one number per spatial axis; empty keeps the image's own.</summary>
    public double[] SpacingMm { get; init; } = [];

    /// <summary>Pixels of a training patch per spatial axis; empty trains on whole images.</summary>
    public int[] Patch { get; init; } = [];

    /// <summary>Share of patches centred on a foreground pixel, segmentation only.</summary>
    public double Foreground { get; init; } = 0.33;

    /// <summary>Take one channel of a colour image (1 = green); -1 keeps all.</summary>
    public int Channel { get; init; } = -1;

    /// <summary>Labels above 0 become 1 (0/255 masks).</summary>
    public bool BinaryLabels { get; init; }
}

/// <summary>One channel's foreground over all sites, in HU.</summary>
public sealed record ForegroundChannel
{
    /// <summary>The 0.5 percentile: smaller values become it.</summary>
    public double Low { get; init; }

    /// <summary>The 99.5 percentile.</summary>
    public double High { get; init; }

    public double Mean { get; init; }

    /// <summary>Standard deviation, above 0.</summary>
    public double Deviation { get; init; } = 1;
}

public enum IntensityKind
{
    None,

    /// <summary>CT: clip to <see cref="PreprocessingOptions.Window"/>, map to 0..1.</summary>
    Window,

    /// <summary>Subtract the image's mean, divide by its standard deviation, by channel, inside the mask where there is one.</summary>
    ZScore,

    Percentile,

    /// <summary>nnU-Net's CT scheme: clip to the 0.5 and 99.5 percentiles of the foreground over all sites, then z-score with their mean and deviation.</summary>
    CtForeground,
}

/// <summary>Random changes of training images; all off by default.</summary>
public sealed record AugmentationOptions
{
    public bool Flip { get; init; }

    /// <summary>Rotations by multiples of 90 degrees in the image plane.</summary>
    public bool Rotate90 { get; init; }

    /// <summary>Largest rotation in degrees.</summary>
    public double RotateDegrees { get; init; }

    /// <summary>Largest relative change of scale, 0.2 for 0.8 to 1.25.</summary>
    public double Scale { get; init; }

    /// <summary>Largest relative change of gamma; segmentation only.</summary>
    public double Gamma { get; init; }

    /// <summary>Largest relative change of brightness and contrast; segmentation only.</summary>
    public double Contrast { get; init; }

    /// <summary>Standard deviation of added Gaussian noise in network units; segmentation only.</summary>
    public double Noise { get; init; }
}
