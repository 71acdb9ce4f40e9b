namespace RosFL.Imaging.Formats;

/// <summary>
/// What RosFL keeps of a NIfTI-1 or NIfTI-2 header: the grid, the number type and the three ways to place the grid in space. Texts
/// (description, intent name, file names) and extensions are not kept, since they may name a person.
/// </summary>
internal sealed record NiftiHeader
{
    /// <summary>1 or 2.</summary>
    public required int Version { get; init; }

    public bool BigEndian { get; init; }

    /// <summary>Voxels along the file's axes i, j, k; k is 1 for an image of one slice.</summary>
    public required int[] Size { get; init; }

    /// <summary>Product of the axes after the third.</summary>
    public required int Channels { get; init; }

    public required NumberType Type { get; init; }

    /// <summary>Byte at which the values begin.</summary>
    public long DataOffset { get; init; }

    /// <summary>Value = stored number * slope + intercept; slope 0 means that there is none.</summary>
    public double Slope { get; init; }

    public double Intercept { get; init; }

    /// <summary>The header's eight pixdim; the first is the handedness of the quaternion.</summary>
    public required double[] PixDim { get; init; }

    public int QformCode { get; init; }

    public int SformCode { get; init; }

    /// <summary>b, c, d.</summary>
    public double[] Quaternion { get; init; } = [0, 0, 0];

    public double[] QuaternionOffset { get; init; } = [0, 0, 0];

    /// <summary>Three rows of four.</summary>
    public double[] Srow { get; init; } = new double[12];

    /// <summary>The header's xyzt_units: its low three bits say metre (1), millimetre (2) or micrometre (3).</summary>
    public int Units { get; init; } = 2;

    /// <summary>An image of one slice is 2D to RosFL.</summary>
    public bool IsFlat => Size[2] == 1;

    public double UnitMm => (Units & 7) switch { 1 => 1000, 3 => 0.001, _ => 1 };
}
