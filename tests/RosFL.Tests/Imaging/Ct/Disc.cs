using static TorchSharp.torch;

namespace RosFL.Tests.Imaging.Ct;

/// <summary>Images with known answers.</summary>
internal static class Disc
{
    /// <summary>A disc of one value with an edge that falls smoothly (cosine) over a few pixels, in the middle of the image; (1,1,size,size).</summary>
    public static Tensor Smooth(int size, double radius, double edge, double value)
    {
        var values = new float[size * size];
        for (var i = 0; i < values.Length; i++)
        {
            var (x, y) = (i % size - (size - 1) / 2.0, i / size - (size - 1) / 2.0);
            var outside = Math.Clamp((Math.Sqrt(x * x + y * y) - radius) / edge + 0.5, 0, 1);
            values[i] = (float)(value * (1 + Math.Cos(Math.PI * outside)) / 2);
        }
        return tensor(values, [1, 1, size, size]);
    }
}
