using CsCheck;
using RosFL.Scores;

namespace RosFL.Tests.Scores;

/// <summary>Hausdorff distance and surface Dice against their definitions, searched over all pairs of surface voxels.</summary>
public sealed class SurfaceDistancesTests
{
    private static readonly Gen<(int[] Size, double[] SpacingMm, bool[] A, bool[] B)> Pairs = DistanceTransformTests.Grids.SelectMany(g =>
    {
        var structure = Gen.Int[0, 2].Select(i => i > 0).Array[g.Size.Aggregate(1, (a, b) => a * b)];
        return Gen.Select(Gen.Const(g.Size), Gen.Const(g.SpacingMm), structure, structure);
    });

    [Fact]
    public void Between_anyTwoStructures_equalsTheDefinitions() => Pairs.Where(p => p.A.Any(v => v) && p.B.Any(v => v)).Check(300, drawn =>
    {
        var (size, spacing, a, b) = drawn;
        int[] surfaceA = SurfaceOf(a, size), surfaceB = SurfaceOf(b, size);
        double[] forth = Nearest(surfaceA, surfaceB, size, spacing), back = Nearest(surfaceB, surfaceA, size, spacing);
        var distances = SurfaceDistances.Between(a, b, size, spacing);

        var near = forth.Concat(back).Count(d => d <= 1.5);
        Assert.Equal((double)near / (forth.Length + back.Length), distances.DiceAt(1.5), 9);
        Assert.Equal(Math.Max(Percentile95(forth), Percentile95(back)), distances.Hausdorff95(), 9);
    });

    [Fact]
    public void Between_swapped_isTheSame() => Pairs.Check(200, drawn =>
    {
        var (size, spacing, a, b) = drawn;
        var (there, back) = (SurfaceDistances.Between(a, b, size, spacing), SurfaceDistances.Between(b, a, size, spacing));
        Assert.Equal((there.Hausdorff95(), there.DiceAt(1)), (back.Hausdorff95(), back.DiceAt(1)));
    });

    [Fact]
    public void Hausdorff95_aFilledSquare_countsItsRimOnly()
    {
        // a 5x5 square moved by one: 16 rim voxels each
        bool[] Square(int left) => [.. Enumerable.Range(0, 7 * 8).Select(i => i / 8 is >= 1 and <= 5 && i % 8 >= left && i % 8 < left + 5)];

        var distances = SurfaceDistances.Between(Square(1), Square(2), [7, 8], [1, 1]);

        // rows 1 and 5 overlap in 4 of 5, columns 3..5 of rows 2..4 are inside: 8 rim voxels of each lie on the other's rim
        Assert.Equal(1, distances.Hausdorff95());
        Assert.Equal(0.5, distances.DiceAt(0));
    }

    private static int[] SurfaceOf(bool[] structure, int[] size) => [.. Enumerable.Range(0, structure.Length).Where(i =>
        structure[i] && FaceNeighbours(i, size).Any(n => n < 0 || !structure[n]))];

    /// <summary>Indices of the face neighbours, -1 for one beyond the border.</summary>
    private static IEnumerable<int> FaceNeighbours(int index, int[] size)
    {
        for (var axis = 0; axis < size.Length; axis++)
        {
            var stride = size.Skip(axis + 1).Aggregate(1, (a, b) => a * b);
            var at = index / stride % size[axis];
            yield return at > 0 ? index - stride : -1;
            yield return at < size[axis] - 1 ? index + stride : -1;
        }
    }

    private static double[] Nearest(int[] from, int[] to, int[] size, double[] spacing) =>
        [.. from.Select(i => Math.Sqrt(to.Min(j => DistanceTransformTests.SquaredBetween(i, j, size, spacing))))];

    private static double Percentile95(double[] values)
    {
        Array.Sort(values);
        var rank = 0.95 * (values.Length - 1);
        var (low, high) = (values[(int)Math.Floor(rank)], values[(int)Math.Ceiling(rank)]);
        return low + (rank - Math.Floor(rank)) * (high - low);
    }
}
