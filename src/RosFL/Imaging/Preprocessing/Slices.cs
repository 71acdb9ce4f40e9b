namespace RosFL.Imaging.Preprocessing;

/// <summary>2D slices of a volume along its first axis, and back.</summary>
public static class Slices
{
    /// <summary>Slices of (C, D, H, W): D; an image (C, H, W) is its own single slice.</summary>
    public static int Count(Picture picture) => picture.Dimensions == 3 ? picture.Size[0] : 1;

    /// <summary>Slice <paramref name="index"/> of (C, D, H, W) as (C, H, W).</summary>
    public static Picture Take(Picture picture, int index)
    {
        if (picture.Dimensions == 2)
            return picture;
        int[] shape = [picture.Channels, .. picture.Size[1..]];
        var plane = shape[1] * shape[2];
        var values = new float[shape[0] * plane];
        for (var c = 0; c < picture.Channels; c++)
            picture.Values.AsSpan(c * picture.ChannelLength + index * plane, plane).CopyTo(values.AsSpan(c * plane));
        return new Picture(values, shape) { SpacingMm = picture.SpacingMm[1..] };
    }

    /// <summary>Slices (C, H, W) of one shape as a volume (C, D, H, W).</summary>
    /// <param name="spacingMm">Millimetres between slices.</param>
    public static Picture Stack(IReadOnlyList<Picture> slices, double spacingMm = 1)
    {
        var (first, plane) = (slices[0], slices[0].ChannelLength);
        var values = new float[first.Values.Length * slices.Count];
        for (var c = 0; c < first.Channels; c++)
            for (var d = 0; d < slices.Count; d++)
                slices[d].Values.AsSpan(c * plane, plane).CopyTo(values.AsSpan((c * slices.Count + d) * plane));
        return new Picture(values, [first.Channels, slices.Count, .. first.Size]) { SpacingMm = [spacingMm, .. first.SpacingMm] };
    }
}
