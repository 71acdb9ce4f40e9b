using RosFL.Imaging;
using RosFL.Runs;

namespace RosFL.Scores;

/// <summary>Squared errors summed over the voxels of the images added, after the clip to the score window: PSNR and RMSE of a site's images as one.</summary>
public sealed class PooledErrors(EvaluationOptions options)
{
    private double sum;
    private long count;

    /// <summary>Root mean square error in units of the target.</summary>
    public double Rmse => Math.Sqrt(sum / count);

    /// <summary>20 log10(data range / RMSE) in dB, at most <see cref="RestorationScores.PsnrCap"/>.</summary>
    public double Psnr =>
        sum == 0 ? RestorationScores.PsnrCap : Math.Min(RestorationScores.PsnrCap, 20 * Math.Log10(RestorationScores.DataRange(options) / Rmse));

    /// <param name="prediction">(C, H, W) or (C, D, H, W) in the target's units.</param>
    /// <param name="target">As <paramref name="prediction"/>.</param>
    /// <param name="mask">What counts; null for all.</param>
    /// <exception cref="RosflException">Shapes differ or nothing counts.</exception>
    public void Add(Picture prediction, Picture target, Picture? mask)
    {
        Masks.RequireSameSize(prediction, target, "prediction");
        if (prediction.Channels != target.Channels)
            throw new RosflException(ExitCode.InvalidData,
                $"A prediction of {prediction.Channels} channels cannot be scored against a target of {target.Channels}: set network.outputChannels to the target's.");
        var counted = Masks.Of(mask, target);
        var before = count;
        for (var i = 0; i < target.Values.Length; i++)
        {
            if (counted is not null && !counted[i % counted.Length])
                continue;
            var error = RestorationScores.Clip(prediction.Values[i], options) - RestorationScores.Clip(target.Values[i], options);
            sum += error * error;
            count++;
        }
        if (count == before)
            throw new RosflException(ExitCode.InvalidData, "A mask without any pixel above 0 leaves nothing to score: correct the mask or leave it out.");
    }

    /// <summary>psnr and rmse of everything added.</summary>
    public IReadOnlyList<(string Metric, double Value)> Scores() => [(Metrics.Psnr, Psnr), (Metrics.Rmse, Rmse)];
}
