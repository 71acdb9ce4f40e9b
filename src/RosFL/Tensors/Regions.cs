using static TorchSharp.torch;

namespace RosFL.Tensors;

/// <summary>Images and maps made coarse without changing their size.</summary>
public static class Regions
{
    /// <summary>Every region of <paramref name="side"/> positions along each axis shows its mean; those at the border are smaller.</summary>
    /// <param name="values">(B, C, h, w) or (B, C, d, h, w). Returned as it is where the side is 1.</param>
    public static Tensor Averaged(Tensor values, int side)
    {
        if (side == 1) return values;
        using var scope = NewDisposeScope();
        long[] sides = [.. Enumerable.Repeat((long)side, (int)values.dim() - 2)];
        var pooled = values.dim() == 4
            ? nn.functional.avg_pool2d(values, sides, ceil_mode: true, count_include_pad: false)
            : nn.functional.avg_pool3d(values, sides, ceil_mode: true, count_include_pad: false);
        for (var axis = 2; axis < values.dim(); axis++)
            pooled = pooled.repeat_interleave(side, axis).narrow(axis, 0, values.shape[axis]);
        return pooled.MoveToOuterDisposeScope();
    }
}
