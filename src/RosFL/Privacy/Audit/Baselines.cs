using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>What anyone would recognise as unreadable or nearly so, to read an attack's scores against.</summary>
internal static class Baselines
{
    /// <summary>Every block of <paramref name="side"/> pixels along each axis shows its mean.</summary>
    public static Tensor Pixelated(Tensor images, int side)
    {
        using var scope = NewDisposeScope();
        long[] sides = [.. Enumerable.Repeat((long)side, (int)images.dim() - 2)];
        var pooled = images.dim() == 4
            ? nn.functional.avg_pool2d(images, sides, ceil_mode: true, count_include_pad: false)
            : nn.functional.avg_pool3d(images, sides, ceil_mode: true, count_include_pad: false);
        for (var axis = 2; axis < images.dim(); axis++)
            pooled = pooled.repeat_interleave(side, axis).narrow(axis, 0, images.shape[axis]);
        return pooled.MoveToOuterDisposeScope();
    }
}
