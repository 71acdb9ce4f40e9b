using RosFL.Imaging;
using RosFL.Runs;

namespace RosFL.Scores;

/// <summary>
/// psnr (dB), ssim and rmse of one image in the units of its target, after both are clipped to the score window where the options have
/// one. PSNR and SSIM take the window's width, or else the option, as data range. Of volumes, psnr and rmse are over all voxels and ssim
/// is the mean over slices.
/// </summary>
public static class RestorationScores
{
    /// <summary>What an image without any error scores in place of infinity, and the most that any image scores: a mean over images stays finite.</summary>
    public const double PsnrCap = 100;

    /// <param name="prediction">(C, H, W) or (C, D, H, W) in the target's units.</param>
    /// <param name="target">As <paramref name="prediction"/>.</param>
    /// <param name="mask">What counts; SSIM takes the windows that lie wholly inside. Null: all.</param>
    /// <param name="options">Score window and data range.</param>
    /// <exception cref="RosflException">Shapes differ, nothing counts, or no window of SSIM fits.</exception>
    public static IReadOnlyList<(string Metric, double Value)> Of(Picture prediction, Picture target, Picture? mask, EvaluationOptions options)
    {
        var errors = new PooledErrors(options);
        errors.Add(prediction, target, mask);
        var ssim = StructuralSimilarity.Of(Clipped(prediction, options), Clipped(target, options), Masks.Of(mask, target), DataRange(options));
        return [(Metrics.Psnr, errors.Psnr), (Metrics.Ssim, ssim), (Metrics.Rmse, errors.Rmse)];
    }

    internal static double DataRange(EvaluationOptions options) =>
        options.ScoreWindow is [var low, var high] ? high - low : options.DataRange;

    internal static double Clip(double value, EvaluationOptions options) =>
        options.ScoreWindow is [var low, var high] ? Math.Clamp(value, low, high) : value;

    private static Picture Clipped(Picture picture, EvaluationOptions options) =>
        options.ScoreWindow.Length == 0 ? picture : picture with { Values = Array.ConvertAll(picture.Values, v => (float)Clip(v, options)) };
}
