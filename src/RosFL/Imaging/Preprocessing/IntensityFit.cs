using RosFL.Runs;

namespace RosFL.Imaging.Preprocessing;

/// <summary>Finds the intensity map of one image under the options.</summary>
public static class IntensityFit
{
    /// <param name="input">In file units, all channels.</param>
    /// <param name="mask">Statistics count pixels above 0 only; null counts all.</param>
    /// <param name="foreground">Needed for <see cref="IntensityKind.CtForeground"/>, ignored otherwise.</param>
    public static IntensityMap Map(Picture input, Picture? mask, PreprocessingOptions options, ForegroundStatistics? foreground) => options.Intensity switch
    {
        IntensityKind.None => IntensityMap.Identity,
        IntensityKind.Window => new([ChannelMap.Range(options.Window[0], options.Window[1])]),
        IntensityKind.ZScore => new([.. Inside(input, mask).Select(Standard)]),
        IntensityKind.Percentile => new([.. Inside(input, mask).Select(v => Percentile(v, options.Percentiles))]),
        _ => (foreground ?? throw new InvalidOperationException("CT foreground statistics were not gathered.")).Map,
    };

    private static ChannelMap Standard(float[] values)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var value in values)
            sum += value;
        var mean = values.Length == 0 ? 0 : sum / values.Length;
        foreach (var value in values)
            squares += (value - mean) * (value - mean);
        return ChannelMap.Standard(mean, values.Length == 0 ? 0 : Math.Sqrt(squares / values.Length));
    }

    private static ChannelMap Percentile(float[] values, double[] percentiles)
    {
        Array.Sort(values);
        return ChannelMap.Range(At(values, percentiles[0]), At(values, percentiles[1]));
    }

    private static double At(float[] sorted, double percentile)
    {
        if (sorted.Length == 0)
            return 0;
        var position = percentile / 100 * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - (double)sorted[below]);
    }

    private static IEnumerable<float[]> Inside(Picture input, Picture? mask)
    {
        for (var c = 0; c < input.Channels; c++)
        {
            var channel = input.Values.AsMemory(c * input.ChannelLength, input.ChannelLength);
            yield return mask is null ? channel.ToArray() : Where(channel.Span, mask.Values);
        }
    }

    private static float[] Where(ReadOnlySpan<float> values, float[] mask)
    {
        var inside = new float[values.Length];
        var count = 0;
        for (var i = 0; i < values.Length; i++)
            if (mask[i] > 0)
                inside[count++] = values[i];
        return inside[..count];
    }
}
