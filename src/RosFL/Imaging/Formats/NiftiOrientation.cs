namespace RosFL.Imaging.Formats;

/// <summary>
/// How a file's axes become the canonical ones (x to the right, y to the front, z up: closest to RAS+). <see cref="FileAxis"/>[a] is the
/// file's axis (0 = i) that runs most along canonical axis a; <see cref="Flip"/>[a] says that it runs against it.
/// </summary>
public sealed record NiftiOrientation(int[] FileAxis, bool[] Flip)
{
    /// <summary>
    /// Gives the file's axes i, j, k, in this order, each the canonical axis still free that its direction is closest to. This is the order
    /// of NiBabel 5.0's <c>io_orientation</c>; unlike there, shear is not removed first.
    /// </summary>
    public static NiftiOrientation Of(double[] affine)
    {
        double Cosine(int canonical, int column) => affine[4 * canonical + column] / NiftiGeometry.ColumnLength(affine, column);
        var free = new List<int> { 0, 1, 2 };
        var (fileAxis, flip) = (new int[3], new bool[3]);
        for (var column = 0; column < 3; column++)
        {
            var canonical = free.MaxBy(axis => Math.Abs(Cosine(axis, column)));
            free.Remove(canonical);
            (fileAxis[canonical], flip[canonical]) = (column, Cosine(canonical, column) < 0);
        }
        return new NiftiOrientation(fileAxis, flip);
    }

    /// <summary>The sizes along x, y, z of a grid that has <paramref name="fileSize"/> along i, j, k.</summary>
    internal int[] Canonical(int[] fileSize) => [.. FileAxis.Select(axis => fileSize[axis])];

    /// <summary>The sizes along i, j, k of a grid that has <paramref name="canonicalSize"/> along x, y, z.</summary>
    internal int[] InFile(int[] canonicalSize)
    {
        var size = new int[3];
        for (var axis = 0; axis < 3; axis++)
            size[FileAxis[axis]] = canonicalSize[axis];
        return size;
    }

    /// <summary>Index in a canonical row-major volume of file voxel (0, 0, 0), and what a step along i, j, k adds to it.</summary>
    internal (int Start, int[] Steps) Walk(int[] fileSize)
    {
        var size = Canonical(fileSize);
        int[] strides = [1, size[0], size[0] * size[1]];
        var steps = new int[3];
        var start = 0;
        for (var axis = 0; axis < 3; axis++)
        {
            start += Flip[axis] ? (size[axis] - 1) * strides[axis] : 0;
            steps[FileAxis[axis]] = Flip[axis] ? -strides[axis] : strides[axis];
        }
        return (start, steps);
    }

    /// <summary>The matrix from canonical index (x, y, z) to millimetres.</summary>
    internal double[] CanonicalAffine(double[] affine, int[] fileSize)
    {
        var canonical = (double[])affine.Clone();
        for (var axis = 0; axis < 3; axis++)
        {
            for (var row = 0; row < 3; row++)
            {
                var step = affine[4 * row + FileAxis[axis]];
                canonical[4 * row + axis] = Flip[axis] ? -step : step;
                canonical[4 * row + 3] += Flip[axis] ? step * (fileSize[FileAxis[axis]] - 1) : 0;
            }
        }
        return canonical;
    }
}
