using RosFL.Imaging.Splits;
using RosFL.Runs;

namespace RosFL.Imaging.Augmentation;

/// <summary>Contrast, brightness, gamma and noise of an input, for segmentation: the labels stay.</summary>
public static class IntensityAugmentation
{
    /// <summary>Changes the values of one patch in place.</summary>
    /// <param name="channels">Channels that follow one another in <paramref name="values"/>; contrast and gamma act on each, by the same factors.</param>
    public static void Apply(Span<float> values, int channels, AugmentationOptions options, Random random)
    {
        if (options.Contrast > 0)
        {
            var (contrast, brightness) = (Factor(random, options.Contrast), (2 * random.NextDouble() - 1) * options.Contrast);
            ForEach(values, channels, v => Contrast(v, contrast, brightness));
        }
        if (options.Gamma > 0)
        {
            var gamma = Factor(random, options.Gamma);
            ForEach(values, channels, v => Gamma(v, gamma));
        }
        if (options.Noise > 0)
            foreach (ref var value in values)
                value += (float)(options.Noise * random.NextNormal());
    }

    private delegate void Change(Span<float> channel);

    private static void ForEach(Span<float> values, int channels, Change change)
    {
        var length = values.Length / channels;
        for (var c = 0; c < channels; c++)
            change(values.Slice(c * length, length));
    }

    /// <summary>A factor between 1/(1+r) and 1+r, its logarithm uniform.</summary>
    private static double Factor(Random random, double r) => Math.Pow(1 + r, 2 * random.NextDouble() - 1);

    /// <summary>Stretches about the mean and moves by a share of the standard deviation.</summary>
    private static void Contrast(Span<float> channel, double factor, double brightness)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var value in channel)
            (sum, squares) = (sum + value, squares + (double)value * value);
        var mean = sum / channel.Length;
        var shift = brightness * Math.Sqrt(Math.Max(0, squares / channel.Length - mean * mean));
        foreach (ref var value in channel)
            value = (float)((value - mean) * factor + mean + shift);
    }

    /// <summary>Raises the values, brought to 0..1 by the patch's own range, to a power.</summary>
    private static void Gamma(Span<float> channel, double gamma)
    {
        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var value in channel)
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        var range = high - low;
        if (range <= 0)
            return;
        foreach (ref var value in channel)
            value = (float)(Math.Pow((value - low) / range, gamma) * range + low);
    }
}
