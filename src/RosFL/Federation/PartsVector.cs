using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>A site's parts as one vector of weighted integers, the weight last, and the mean back from such a sum.</summary>
public static class PartsVector
{
    public static int LengthOf(Model like) => Flat(like).Sum(f => f.Array.Values.Length) + 1;

    /// <param name="clipped">Values beyond the bound.</param>
    /// <exception cref="RosflException">A value is no number or far beyond the bound, or the weight is outside its range.</exception>
    public static ulong[] Encode(Model parts, long weight, out long clipped)
    {
        FixedPoint.CheckWeight(weight);
        var vector = new ulong[LengthOf(parts)];
        (clipped, var at) = (0, 0);
        foreach (var (array, isTrained) in Flat(parts))
            foreach (var value in array.Values)
                vector[at++] = (ulong)(weight * FixedPoint.Encode(value, FixedPoint.BoundOf(isTrained), array.Name, ref clipped));
        vector[at] = (ulong)weight;
        return vector;
    }

    /// <summary>The mean that a sum stands for, in the shapes of <paramref name="like"/>.</summary>
    public static Model Mean(ReadOnlySpan<ulong> sum, Model like)
    {
        var (weight, at) = ((long)sum[^1], 0);
        var means = new Dictionary<PartName, Weights>();
        foreach (var part in PartNames.All.Where(like.Has))
        {
            var arrays = new List<NamedArray>();
            foreach (var array in like[part].Arrays)
            {
                var values = new float[array.Values.Length];
                for (var k = 0; k < values.Length; k++) values[k] = (float)FixedPoint.Mean((long)sum[at++], weight);
                arrays.Add(array with { Values = values });
            }
            means[part] = like[part] with { Arrays = arrays };
        }
        return new(means);
    }

    private static IEnumerable<(NamedArray Array, bool IsTrained)> Flat(Model model) =>
        from part in PartNames.All
        where model.Has(part)
        from array in model[part].Arrays.Index()
        select (array.Item, array.Index < model[part].Trained);
}
