using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Training.Losses;

/// <summary>
/// What a site minimises: one number from the network's output, differentiable in it. Shape letters: B images, C channels or classes,
/// D, H, W space, D only in volumes. A mean runs over the elements that count; where none counts the loss is 0.
/// </summary>
public abstract class Loss
{
    /// <summary>The loss as a tensor without axes, in the caller's dispose scope.</summary>
    /// <param name="output">(B, C, [D,] H, W), any floating type; the loss of a 16-bit output is computed in 32 bits.</param>
    /// <param name="target">Images: as <paramref name="output"/>. Labels: (B, [D,] H, W), whole numbers 0..C-1.</param>
    /// <param name="mask">(B, 1, [D,] H, W), 1 where a pixel counts. The others influence neither value nor gradient, whatever they hold.</param>
    public Tensor Of(Tensor output, Tensor target, Tensor? mask = null)
    {
        using var scope = NewDisposeScope();
        var precise = output.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? output.to(ScalarType.Float32) : output;
        return Compute(precise, target, mask is null ? null : mask.IsAbove(0.5)).MoveToOuterDisposeScope();
    }

    /// <param name="counted">The mask as booleans.</param>
    internal abstract Tensor Compute(Tensor output, Tensor target, Tensor? counted);

    /// <summary><paramref name="values"/> with zeros where a pixel does not count. Filling, unlike a product, also stops infinities and NaN, both ways.</summary>
    internal static Tensor Counted(Tensor values, Tensor? counted) =>
        counted is null ? values : values.Masked(counted.logical_not(), 0);
}
