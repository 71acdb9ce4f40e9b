using RosFL.Tensors;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RosFL.Training.Losses;

/// <summary>
/// 1 - soft Dice of the softmax, the plain mean over the foreground classes (the background, which is most of an image, is left out). Each
/// class's sums run over the whole batch, so a class absent from one patch does not make that patch's Dice jump (nnU-Net's batch Dice);
/// a smoothing term in numerator and denominator makes a class without any voxel perfect.
/// </summary>
internal sealed class DiceLoss : Loss
{
    private const double Smooth = 1e-5;

    internal override Tensor Compute(Tensor output, Tensor target, Tensor? counted)
    {
        var labels = Counted(target.to(ScalarType.Int64).unsqueeze(1), counted);
        var shares = Foreground(Counted(F.softmax(Counted(output, counted), 1), counted));
        var truth = Foreground(OneHot(labels, output));
        var common = SumByClass(shares * truth);
        var all = SumByClass(shares).Plus(SumByClass(truth));
        return 1.0.Minus((common.Times(2).Plus(Smooth) / all.Plus(Smooth)).mean());
    }

    /// <summary>A pixel that does not count is background, whose channel nobody reads.</summary>
    private static Tensor OneHot(Tensor labels, Tensor output)
    {
        long[] alongChannels = [1, -1, .. Enumerable.Repeat(1L, output.shape.Length - 2)];
        return (labels == TensorArithmetic.Range(output.shape[1], device: output.device).view(alongChannels)).to(output.dtype);
    }

    private static Tensor Foreground(Tensor values_BCX) => values_BCX.narrow(1, 1, values_BCX.shape[1] - 1);

    private static Tensor SumByClass(Tensor values_BCX) => values_BCX.transpose(0, 1).flatten(1).sum(1);
}
