using CsCheck;
using RosFL.Scores;

namespace RosFL.Tests.Scores;

/// <summary>The fast transform against a search over all pairs of voxels.</summary>
public sealed class DistanceTransformTests
{
    internal static readonly Gen<(int[] Size, double[] SpacingMm)> Grids =
        Gen.Int[1, 3].SelectMany(axes => Gen.Select(Gen.Int[1, 6].Array[axes], Gen.Double[0.2, 4].Array[axes]));

    private static readonly Gen<(int[] Size, double[] SpacingMm, bool[] Set)> Cases = Grids.SelectMany(g =>
        Gen.Select(Gen.Const(g.Size), Gen.Const(g.SpacingMm), Gen.Int[0, 5].Select(i => i == 0).Array[g.Size.Aggregate(1, (a, b) => a * b)]));

    [Fact]
    public void Squared_anyGridAndSpacing_equalsTheSearchOverAllPairs() => Cases.Check(400, drawn =>
    {
        var (size, spacing, set) = drawn;
        var fast = DistanceTransform.Squared(set, size, spacing);
        for (var i = 0; i < set.Length; i++)
        {
            var slow = Enumerable.Range(0, set.Length).Where(j => set[j]).Select(j => SquaredBetween(i, j, size, spacing))
                .DefaultIfEmpty(double.PositiveInfinity).Min();
            Assert.True(fast[i] == slow || Math.Abs(fast[i] - slow) <= 1e-9 * slow);
        }
    });

    [Fact]
    public void Squared_wholeNumberSpacing_isExact()
    {
        var distances = DistanceTransform.Squared([true, false, false, false, false, false], [2, 3], [3, 4]);

        Assert.Equal([0, 16, 64, 9, 25, 73], distances);
    }

    internal static double SquaredBetween(int a, int b, int[] size, double[] spacing)
    {
        var sum = 0.0;
        for (var axis = size.Length - 1; axis >= 0; axis--)
        {
            var away = (a % size[axis] - b % size[axis]) * spacing[axis];
            sum += away * away;
            (a, b) = (a / size[axis], b / size[axis]);
        }
        return sum;
    }
}
