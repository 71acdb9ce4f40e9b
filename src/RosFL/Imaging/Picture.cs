namespace RosFL.Imaging;

/// <summary>
/// An image or a volume in managed memory, channels first: <see cref="Shape"/> is (C, H, W) or (C, D, H, W), <see cref="Values"/> are
/// row-major (the last axis fastest).
/// </summary>
public sealed record Picture
{
    public Picture(float[] values, params int[] shape)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.LongLength, shape.Aggregate(1L, (a, b) => a * b), nameof(values));
        (Values, Shape) = (values, shape);
        SpacingMm = [.. Enumerable.Repeat(1.0, shape.Length - 1)];
    }

    public float[] Values { get; init; }

    public int[] Shape { get; init; }

    /// <summary>Millimetres between pixel centres, one number for each spatial axis in the order of <see cref="Shape"/>; 1 where the file does not say.</summary>
    public double[] SpacingMm { get; init; }

    /// <summary>Row-major 4x4 matrix from the file's own voxel index (i, j, k) to millimetres in RAS+, for formats that have one (NIfTI).</summary>
    public double[]? Affine { get; init; }

    public int Channels => Shape[0];

    /// <summary>2 for (C, H, W), 3 for (C, D, H, W).</summary>
    public int Dimensions => Shape.Length - 1;

    /// <summary>(H, W) or (D, H, W).</summary>
    public ReadOnlySpan<int> Size => Shape.AsSpan(1);

    /// <summary>Values in one channel.</summary>
    public int ChannelLength => Values.Length / Shape[0];

    public bool SameSize(Picture other) => Size.SequenceEqual(other.Size);
}
