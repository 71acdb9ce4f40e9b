using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>The range of image values, from auxiliary images: attackers work in 0..1, scores too.</summary>
internal sealed record Intensities(double Low, double High)
{
    /// <summary>From the 0.5th to the 99.5th percentile.</summary>
    public static Intensities Of(Tensor images)
    {
        var values = images.contiguous().data<float>().ToArray();
        Array.Sort(values);
        double low = values[(int)(0.005 * (values.Length - 1))], high = values[(int)(0.995 * (values.Length - 1))];
        return new(low, Math.Max(high, low + 1e-6));
    }

    /// <summary>Image values to 0..1, clipped.</summary>
    public Tensor ToUnit(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Clipped(images.Minus(Low).DividedBy(High - Low)).MoveToOuterDisposeScope();
    }

    public static Tensor Clipped(Tensor values) => values.Between(0, 1);
}
