using RosFL.Tensors;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RosFL.Training.Losses;

/// <summary>Mean squared or mean absolute difference of images. Without a mask it is torch's own function, to the bit.</summary>
internal sealed class PixelLoss(bool squared) : Loss
{
    internal override Tensor Compute(Tensor output, Tensor target, Tensor? counted)
    {
        target = target.to(output.dtype);
        if (counted is null)
            return squared ? F.mse_loss(output, target) : F.l1_loss(output, target);
        var difference = Counted(output - target, counted);
        var sum = squared ? (difference * difference).sum() : difference.abs().sum();
        return sum / counted.sum(output.dtype).Times(output.shape[1]).AtLeast(1);
    }
}
