namespace RosFL.Imaging.Formats;

/// <summary>The header of a picture that is written along the canonical axes because it has no file to be aligned with.</summary>
internal static class NiftiPlacement
{
    /// <param name="shape">(C, D, H, W); D = 1 for a 2D picture.</param>
    public static (NiftiHeader Header, NiftiOrientation Orientation) Of(Picture picture, int[] shape)
    {
        int[] size = [shape[3], shape[2], shape[1]];
        double[] spacing = [.. picture.SpacingMm.Reverse(), 1];
        var affine = picture is { Affine: { } own, Dimensions: 3 }
            ? Canonical(own, size)
            : [spacing[0], 0, 0, 0, 0, spacing[1], 0, 0, 0, 0, spacing[2], 0, 0, 0, 0, 1];
        var header = new NiftiHeader
        {
            Version = 1,
            Size = size,
            Channels = shape[0],
            Type = NumberType.Float32,
            PixDim = [1, NiftiGeometry.ColumnLength(affine, 0), NiftiGeometry.ColumnLength(affine, 1), NiftiGeometry.ColumnLength(affine, 2), 1, 1, 1, 1],
            SformCode = 1,
            Srow = affine[..12],
        };
        return (header, new NiftiOrientation([0, 1, 2], [false, false, false]));
    }

    private static double[] Canonical(double[] affine, int[] size)
    {
        var orientation = NiftiOrientation.Of(affine);
        return orientation.CanonicalAffine(affine, orientation.InFile(size));
    }
}
