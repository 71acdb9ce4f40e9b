using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Training.Losses;

/// <summary><paramref name="first"/> + <paramref name="weight"/> * <paramref name="second"/>.</summary>
internal sealed class WeightedSum(Loss first, double weight, Loss second) : Loss
{
    internal override Tensor Compute(Tensor output, Tensor target, Tensor? counted) =>
        first.Compute(output, target, counted).Plus(second.Compute(output, target, counted).Times(weight));
}
