namespace RosFL.Scores;

/// <summary>A part of a grid, from <paramref name="Start"/> (inclusive), along each axis of the <paramref name="Whole"/>.</summary>
internal sealed record Box(int[] Whole, int[] Start, int[] Size)
{
    /// <summary>The smallest box that holds both structures; empty (size 0) where neither has a voxel.</summary>
    public static Box Around(int[] whole, bool[] a, bool[] b)
    {
        var low = whole.ToArray();
        var high = new int[whole.Length];
        for (var i = 0; i < a.Length; i++)
        {
            if (!a[i] && !b[i])
                continue;
            var rest = i;
            for (var axis = whole.Length - 1; axis >= 0; axis--)
            {
                var at = rest % whole[axis];
                rest /= whole[axis];
                low[axis] = Math.Min(low[axis], at);
                high[axis] = Math.Max(high[axis], at + 1);
            }
        }
        return new Box(whole, low, [.. low.Zip(high, (l, h) => Math.Max(0, h - l))]);
    }

    public bool[] Crop(bool[] values)
    {
        var part = new bool[Size.Aggregate(1, (x, y) => x * y)];
        for (var i = 0; i < part.Length; i++)
            part[i] = values[IndexInWhole(i)];
        return part;
    }

    private int IndexInWhole(int index)
    {
        var (sum, stride) = (0, 1);
        for (var axis = Size.Length - 1; axis >= 0; axis--)
        {
            sum += (Start[axis] + index % Size[axis]) * stride;
            index /= Size[axis];
            stride *= Whole[axis];
        }
        return sum;
    }
}
