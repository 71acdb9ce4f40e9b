namespace RosFL.Imaging.Formats;

/// <summary>Where a NIfTI grid lies: its row-major 4x4 matrix from voxel index (i, j, k) to millimetres in RAS+.</summary>
internal static class NiftiGeometry
{
    /// <summary>The sform, else the qform, else the voxel sizes alone (nifti1.h, methods 3, 2 and 1).</summary>
    public static double[] Affine(SourceFile file, NiftiHeader header)
    {
        var affine = header switch
        {
            { SformCode: > 0 } => [.. header.Srow, 0, 0, 0, 1],
            { QformCode: > 0 } => Qform(file, header),
            _ => Diagonal(Steps(file, header)),
        };
        for (var i = 0; i < 12; i++)
            affine[i] *= header.UnitMm;
        if (header.IsFlat && ColumnLength(affine, 2) == 0)
            CompleteSlice(affine);
        Check(file, affine);
        return affine;
    }

    /// <summary>Length of a column, which is the spacing along that axis of the file.</summary>
    public static double ColumnLength(double[] affine, int column) =>
        Math.Sqrt(affine[column] * affine[column] + affine[4 + column] * affine[4 + column] + affine[8 + column] * affine[8 + column]);

    private static double[] Diagonal(double[] steps) => [steps[0], 0, 0, 0, 0, steps[1], 0, 0, 0, 0, steps[2], 0, 0, 0, 0, 1];

    private static double[] Qform(SourceFile file, NiftiHeader header)
    {
        var (b, c, d) = (header.Quaternion[0], header.Quaternion[1], header.Quaternion[2]);
        var rest = 1 - (b * b + c * c + d * d);
        var a = Math.Sqrt(Math.Max(rest, 0));
        if (rest < 1e-7) // as in nifti_quatern_to_mat44: rounding may have made the vector too long
        {
            var length = Math.Sqrt(b * b + c * c + d * d);
            (a, b, c, d) = (0, b / length, c / length, d / length);
        }
        var (x, y, z) = (header.QuaternionOffset[0], header.QuaternionOffset[1], header.QuaternionOffset[2]);
        var steps = Steps(file, header);
        var (si, sj, sk) = (steps[0], steps[1], header.PixDim[0] < 0 ? -steps[2] : steps[2]);
        return
        [
            (a * a + b * b - c * c - d * d) * si, 2 * (b * c - a * d) * sj, 2 * (b * d + a * c) * sk, x,
            2 * (b * c + a * d) * si, (a * a + c * c - b * b - d * d) * sj, 2 * (c * d - a * b) * sk, y,
            2 * (b * d - a * c) * si, 2 * (c * d + a * b) * sj, (a * a + d * d - c * c - b * b) * sk, z,
            0, 0, 0, 1,
        ];
    }

    /// <summary>Voxel sizes; an axis of one voxel may leave its own out.</summary>
    private static double[] Steps(SourceFile file, NiftiHeader header)
    {
        var steps = header.PixDim[1..4];
        for (var axis = 0; axis < 3; axis++)
        {
            if (steps[axis] == 0 && header.Size[axis] == 1)
                steps[axis] = 1;
            if (!(steps[axis] > 0) || !double.IsFinite(steps[axis]))
                throw file.Refused($"declares voxels of size {steps[axis]} along axis {axis + 1}", "sizes must be positive");
        }
        return steps;
    }

    /// <summary>Gives a single slice the missing third direction: perpendicular to the other two, 1 mm.</summary>
    private static void CompleteSlice(double[] m)
    {
        double[] normal = [m[4] * m[9] - m[8] * m[5], m[8] * m[1] - m[0] * m[9], m[0] * m[5] - m[4] * m[1]];
        var length = Math.Sqrt(normal.Sum(v => v * v));
        for (var row = 0; row < 3; row++)
            m[4 * row + 2] = normal[row] / length;
    }

    private static void Check(SourceFile file, double[] m)
    {
        var volume = ColumnLength(m, 0) * ColumnLength(m, 1) * ColumnLength(m, 2);
        var determinant = m[0] * (m[5] * m[10] - m[6] * m[9]) - m[1] * (m[4] * m[10] - m[6] * m[8]) + m[2] * (m[4] * m[9] - m[5] * m[8]);
        if (m.All(double.IsFinite) && volume > 0 && double.IsFinite(volume) && Math.Abs(determinant) > 1e-6 * volume)
            return;
        throw file.Refused("places its voxels by a matrix that is not finite or not invertible", "a sform or qform spans three dimensions");
    }
}
