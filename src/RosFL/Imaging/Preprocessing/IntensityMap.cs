namespace RosFL.Imaging.Preprocessing;

/// <summary>
/// From file units to network units: x is clipped to [<paramref name="Low"/>, <paramref name="High"/>], then (x - <paramref name="Shift"/>) / <paramref name="Width"/>.
/// One map a channel.
/// </summary>
public readonly record struct ChannelMap(double Low, double High, double Shift, double Width)
{
    public static ChannelMap Identity => new(double.NegativeInfinity, double.PositiveInfinity, 0, 1);

    /// <summary>Maps <paramref name="low"/>..<paramref name="high"/> to 0..1 and clips; an empty range maps to 0.</summary>
    public static ChannelMap Range(double low, double high) => new(low, high, low, high > low ? high - low : 1);

    /// <summary>Subtracts the mean and divides by the deviation; a constant channel maps to 0.</summary>
    public static ChannelMap Standard(double mean, double deviation) => Identity with { Shift = mean, Width = deviation > 0 ? deviation : 1 };

    public float Forward(float x) => (float)((Math.Clamp(x, Low, High) - Shift) / Width);

    public float Backward(float y) => (float)(y * Width + Shift);
}

/// <summary>The maps of all channels of an image. Restoration passes input and target through the same one.</summary>
public sealed record IntensityMap(IReadOnlyList<ChannelMap> Channels)
{
    /// <summary>Keeps every value, to the bit.</summary>
    public static IntensityMap Identity { get; } = new([ChannelMap.Identity]);

    public bool IsIdentity => Channels.All(c => c == ChannelMap.Identity);

    /// <summary>The map of channel <paramref name="channel"/>; images with more channels than maps use the last one.</summary>
    public ChannelMap this[int channel] => Channels[Math.Min(channel, Channels.Count - 1)];

    public Picture Forward(Picture picture) => Apply(picture, static (map, values) =>
    {
        foreach (ref var x in values)
            x = map.Forward(x);
    });

    /// <summary>From network units to file units (HU); what was clipped stays clipped.</summary>
    public Picture Backward(Picture picture) => Apply(picture, static (map, values) =>
    {
        foreach (ref var y in values)
            y = map.Backward(y);
    });

    private Picture Apply(Picture picture, Action<ChannelMap, Span<float>> map)
    {
        if (IsIdentity)
            return picture;
        float[] values = [.. picture.Values];
        for (var c = 0; c < picture.Channels; c++)
            map(this[c], values.AsSpan(c * picture.ChannelLength, picture.ChannelLength));
        return picture with { Values = values };
    }
}
