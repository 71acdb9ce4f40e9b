using RosFL.Runs;
using RosFL.Scores;
using RosFL.Tensors;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RosFL.Training.Losses;

/// <summary>
/// 1 - SSIM of images with data range 1 by the definition of <see cref="StructuralSimilarity"/>: the mean over the windows that lie wholly
/// inside the image and the mask, volumes slice by slice.
/// </summary>
internal sealed class SsimLoss : Loss
{
    private const double C1 = StructuralSimilarity.K1 * StructuralSimilarity.K1;
    private const double C2 = StructuralSimilarity.K2 * StructuralSimilarity.K2;
    private const int Window = StructuralSimilarity.Window;

    internal override Tensor Compute(Tensor output, Tensor target, Tensor? counted)
    {
        var size = output.shape;
        if (size[^2] < Window || size[^1] < Window)
            throw new RosflException(ExitCode.InvalidRun,
                $"SSIM of {size[^2]}x{size[^1]} pixels is undefined: its window has {Window}x{Window}; train on larger patches or choose another loss.");
        var map = Map(Planes(Counted(output, counted)), Planes(Counted(target.to(output.dtype), counted)));
        if (counted is null)
            return 1.0.Minus(map.mean());
        var wholeWindows = WholeWindows(counted, output);
        return (1.0.Minus(map) * wholeWindows).sum() / wholeWindows.sum().AtLeast(1);
    }

    /// <summary>Every channel and slice as an image of its own, (B D C, 1, H, W): one depthwise convolution for all.</summary>
    private static Tensor Planes(Tensor values) => values.reshape(-1, 1, values.shape[^2], values.shape[^1]);

    private static Tensor Map(Tensor a, Tensor b)
    {
        var blurred = Blur(cat([a, b, a * a, b * b, a * b], 0)).chunk(5, 0);
        Tensor meanA = blurred[0], meanB = blurred[1];
        Tensor squareOfA = meanA * meanA, squareOfB = meanB * meanB, productOfMeans = meanA * meanB;
        var covariance = blurred[4] - productOfMeans;
        var variances = (blurred[2] - squareOfA).Plus(blurred[3] - squareOfB);
        return productOfMeans.Times(2).Plus(C1) * covariance.Times(2).Plus(C2) / (squareOfA.Plus(squareOfB).Plus(C1) * variances.Plus(C2));
    }

    /// <summary>The Gaussian along each axis as a product with its band matrix: for the sides of patches several times as fast as a convolution of one channel.</summary>
    private static Tensor Blur(Tensor planes)
    {
        Tensor alongRows = Band(planes.shape[^1], planes), alongColumns = Band(planes.shape[^2], planes);
        return alongColumns.t().matmul(planes.matmul(alongRows));
    }

    /// <summary>(side, side - 10): column k holds the Gaussian in rows k to k + 10.</summary>
    private static Tensor Band(long side, Tensor like)
    {
        var windows = (int)side - Window + 1;
        var band = new float[side * windows];
        for (var k = 0; k < windows; k++)
            for (var i = 0; i < Window; i++) band[(k + i) * windows + k] = (float)StructuralSimilarity.Kernel[i];
        return tensor(band, [side, windows]).to(like.dtype, like.device);
    }

    /// <summary>1 for each window of <see cref="Map"/> in which every pixel counts.</summary>
    private static Tensor WholeWindows(Tensor counted, Tensor output)
    {
        var all = counted.expand(output.shape).to(output.dtype);
        return F.avg_pool2d(Planes(all), Window, 1).IsAbove(1 - 0.5 / (Window * Window)).to(output.dtype);
    }
}
