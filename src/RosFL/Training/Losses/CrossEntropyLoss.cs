using RosFL.Tensors;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RosFL.Training.Losses;

/// <summary>
/// Cross-entropy of labels, each pixel with its class's weight and divided by the sum of these weights, as in torch; with
/// <paramref name="gamma"/> above 0 the focal loss, which scales a pixel by (1 - p)^gamma (Lin et al. 2017).
/// </summary>
/// <param name="classWeights">One weight a class; empty for equal ones.</param>
/// <param name="gamma">0 or more.</param>
internal sealed class CrossEntropyLoss(double[] classWeights, double gamma = 0) : Loss
{
    // keeps the slope of (1 - p)^gamma finite where p rounds to 1 and gamma is below 1
    private const double LeastDoubt = 1e-7;

    internal override Tensor Compute(Tensor output, Tensor target, Tensor? counted)
    {
        var labels = Counted(target.to(ScalarType.Int64).unsqueeze(1), counted);
        var logOfTruth = F.log_softmax(Counted(output, counted), 1).gather(1, labels);
        var weights = Counted(Weights(labels, output), counted);
        var cost = gamma == 0 ? logOfTruth : logOfTruth * 1.0.Minus(logOfTruth.exp()).AtLeast(LeastDoubt).Power(gamma);
        return -(weights * cost).sum() / weights.sum().AtLeast(1e-30);
    }

    private Tensor Weights(Tensor labels, Tensor output) => classWeights.Length == 0
        ? ones(labels.shape, output.dtype, output.device)
        : tensor(classWeights, output.dtype, output.device).take(labels);
}
