namespace RosFL.Imaging.Augmentation;

/// <summary>
/// A box of output pixels and where each lies in the source: turned and scaled about a centre. Images are treated as
/// volumes of one slice. Outside the source its border pixels continue.
/// </summary>
/// <param name="Size">Output size (D, H, W).</param>
/// <param name="Center">Source position (D, H, W) of the box's centre, in pixels; pixel centres are whole numbers.</param>
/// <param name="Depth">Source slices per output slice, negative where flipped.</param>
/// <param name="Plane">Row-major 2x2 matrix from output (H, W) to source (H, W), in pixels.</param>
public sealed record GridTransform(int[] Size, double[] Center, double Depth, double[] Plane)
{
    /// <summary>The box of <paramref name="size"/> whose first pixel is <paramref name="start"/>.</summary>
    public static GridTransform Crop(int[] start, int[] size) =>
        new(size, [.. start.Zip(size, (s, n) => s + (n - 1) / 2.0)], 1, [1, 0, 0, 1]);

    /// <summary>Whether every output pixel is a source pixel, so that values are copied to the bit.</summary>
    public bool IsExact => Plane.Append(Depth).All(x => Math.Abs(x) is 0 or 1) && Enumerable.Range(0, 3).All(OnPixels);

    /// <summary>(D, H, W) of a picture; D is 1 for an image.</summary>
    public static int[] SizeOf(Picture picture) => picture.Dimensions == 3 ? picture.Size.ToArray() : [1, .. picture.Size];

    /// <summary>Writes all channels of the box, row-major, to <paramref name="target"/>.</summary>
    /// <param name="nearest">Labels and masks take the nearest pixel, images are interpolated linearly.</param>
    public void Sample(Picture source, bool nearest, Span<float> target)
    {
        var (size, plane) = (SizeOf(source), Size[1] * Size[2]);
        if (IsExact && size.SequenceEqual(Size) && Depth == 1 && Plane is [1, 0, 0, 1])
        {
            source.Values.CopyTo(target);
            return;
        }
        var length = Size[0] * plane;
        for (var c = 0; c < source.Channels; c++)
        {
            var channel = new Voxels(source.Values.AsSpan(c * source.ChannelLength, source.ChannelLength), size);
            for (var d = 0; d < Size[0]; d++)
            {
                var depth = Center[0] + Depth * (d - (Size[0] - 1) / 2.0);
                SampleSlice(channel, depth, nearest || IsExact, target.Slice(c * length + d * plane, plane));
            }
        }
    }

    private void SampleSlice(Voxels source, double depth, bool nearest, Span<float> target)
    {
        var (height, width) = (Size[1], Size[2]);
        var (yPerH, yPerW, xPerH, xPerW) = (Plane[0], Plane[1], Plane[2], Plane[3]);
        for (var (h, i) = (0, 0); h < height; h++)
        {
            var dy = h - (height - 1) / 2.0;
            var (y0, x0) = (Center[1] + yPerH * dy, Center[2] + xPerH * dy);
            for (var w = 0; w < width; w++, i++)
            {
                var dx = w - (width - 1) / 2.0;
                var (y, x) = (y0 + yPerW * dx, x0 + xPerW * dx);
                target[i] = nearest ? source.Nearest(depth, y, x) : source.Linear(depth, y, x);
            }
        }
    }

    /// <summary>Whether the first output pixel lies on a whole source pixel along this axis; steps of 0 and 1 then keep all on pixels.</summary>
    private bool OnPixels(int axis)
    {
        var position = axis switch
        {
            0 => Center[0] - Depth * (Size[0] - 1) / 2.0,
            _ => Center[axis] - Plane[2 * axis - 2] * (Size[1] - 1) / 2.0 - Plane[2 * axis - 1] * (Size[2] - 1) / 2.0,
        };
        return position == Math.Floor(position);
    }

    private readonly ref struct Voxels(ReadOnlySpan<float> values, int[] size)
    {
        private readonly ReadOnlySpan<float> values = values;
        private readonly int depth = size[0], height = size[1], width = size[2];

        public float Nearest(double d, double h, double w) => At(Round(d, depth), Round(h, height), Round(w, width));

        public float Linear(double d, double h, double w)
        {
            var (d0, d1, u) = Between(d, depth);
            var below = InSlice(d0, h, w);
            return u == 0 ? below : below + u * (InSlice(d1, h, w) - below);
        }

        private float InSlice(int d, double h, double w)
        {
            var (h0, h1, v) = Between(h, height);
            var (w0, w1, t) = Between(w, width);
            var top = At(d, h0, w0) + t * (At(d, h0, w1) - At(d, h0, w0));
            var bottom = At(d, h1, w0) + t * (At(d, h1, w1) - At(d, h1, w0));
            return top + v * (bottom - top);
        }

        private float At(int d, int h, int w) => values[(d * height + h) * width + w];

        private static int Round(double x, int size) => Math.Clamp((int)Math.Floor(x + 0.5), 0, size - 1);

        private static (int Below, int Above, float Weight) Between(double x, int size)
        {
            var inside = Math.Clamp(x, 0, size - 1);
            var below = (int)inside;
            return (below, Math.Min(below + 1, size - 1), (float)(inside - below));
        }
    }
}

