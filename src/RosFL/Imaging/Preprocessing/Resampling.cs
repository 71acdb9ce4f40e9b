namespace RosFL.Imaging.Preprocessing;

/// <summary>Brings pictures to another grid over the same extent; pixel centres lie half a pixel inside the border.</summary>
public static class Resampling
{
    /// <summary>The size that gives <paramref name="spacingMm"/> over the picture's extent, each axis rounded and at least 1.</summary>
    public static int[] SizeFor(Picture picture, double[] spacingMm) =>
        [.. picture.Size.ToArray().Select((n, axis) => Math.Max(1, (int)Math.Round(n * picture.SpacingMm[axis] / spacingMm[axis])))];

    /// <summary>Linear interpolation, one axis after the other; for images and network outputs.</summary>
    public static Picture Linear(Picture picture, ReadOnlySpan<int> size)
    {
        var result = picture;
        for (var axis = 0; axis < size.Length; axis++)
            result = Along(result, axis, size[axis], Blend);
        return result;
    }

    /// <summary>The nearest pixel; for labels and masks.</summary>
    public static Picture Nearest(Picture picture, ReadOnlySpan<int> size)
    {
        var result = picture;
        for (var axis = 0; axis < size.Length; axis++)
            result = Along(result, axis, size[axis], Pick);
        return result;
    }

    /// <summary>Writes <paramref name="to"/> rows of <paramref name="inner"/> values from <paramref name="from"/> rows.</summary>
    private delegate void Line(ReadOnlySpan<float> source, Span<float> target, int from, int to, int inner);

    private static Picture Along(Picture picture, int axis, int to, Line line)
    {
        var from = picture.Size[axis];
        if (from == to)
            return picture;
        int[] shape = [.. picture.Shape];
        shape[axis + 1] = to;
        double[] spacing = [.. picture.SpacingMm];
        spacing[axis] = spacing[axis] * from / to;
        var inner = shape.Skip(axis + 2).Aggregate(1, (a, b) => a * b);
        var outer = shape.Take(axis + 1).Aggregate(1, (a, b) => a * b);
        var values = new float[outer * to * inner];
        for (var o = 0; o < outer; o++)
            line(picture.Values.AsSpan(o * from * inner, from * inner), values.AsSpan(o * to * inner, to * inner), from, to, inner);
        return new Picture(values, shape) { SpacingMm = spacing };
    }

    private static void Blend(ReadOnlySpan<float> source, Span<float> target, int from, int to, int inner)
    {
        for (var i = 0; i < to; i++)
        {
            var position = Math.Clamp((i + 0.5) * from / to - 0.5, 0, from - 1);
            var below = (int)position;
            var above = Math.Min(below + 1, from - 1);
            var weight = (float)(position - below);
            for (var k = 0; k < inner; k++)
            {
                var low = source[below * inner + k];
                target[i * inner + k] = low + weight * (source[above * inner + k] - low);
            }
        }
    }

    private static void Pick(ReadOnlySpan<float> source, Span<float> target, int from, int to, int inner)
    {
        for (var i = 0; i < to; i++)
            source.Slice((int)Math.Min(from - 1, (i + 0.5) * from / to) * inner, inner).CopyTo(target[(i * inner)..]);
    }
}
