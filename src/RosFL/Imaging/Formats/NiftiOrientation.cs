namespace RosFL.Imaging.Formats;

/// <summary>
/// How a file's axes become the canonical ones (x to the right, y to the front, z up: closest to RAS+). <see cref="FileAxis"/>[a] is the
/// file's axis (0 = i) that runs most along canonical axis a; <see cref="Flip"/>[a] says that it runs against it.
/// </summary>
public sealed record NiftiOrientation(int[] FileAxis, bool[] Flip)
{
    private static readonly int[][] Permutations = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

    /// <summary>The permutation whose columns, scaled to length 1, agree best with the canonical axes; the given order wins a tie.</summary>
    public static NiftiOrientation Of(double[] affine)
    {
        double Cosine(int canonical, int column) => affine[4 * canonical + column] / NiftiGeometry.ColumnLength(affine, column);
        var axes = Permutations.MaxBy(p => Math.Abs(Cosine(0, p[0])) + Math.Abs(Cosine(1, p[1])) + Math.Abs(Cosine(2, p[2])))!;
        return new NiftiOrientation([.. axes], [.. axes.Select((column, canonical) => Cosine(canonical, column) < 0)]);
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
