using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>The task's own score on the victims: foreground Dice over all of them (mean over classes), or PSNR in dB in network units.</summary>
internal static class TaskScore
{
    private const int MeanMaskImages = 192;

    public static double Of(AuditedModel model, Batch victims, RunOptions run)
    {
        using var scope = NewDisposeScope();
        var output = model.Predict(victims.Images);
        return run.Task == StudyTask.Segmentation ? Dice(output, victims, run) : -10 * Math.Log10((output - victims.Targets).Power(2).mean().item<float>());
    }

    /// <param name="scores">(B, classes, ...).</param>
    public static double Dice(Tensor scores, Batch batch, RunOptions run)
    {
        using var scope = NewDisposeScope();
        return DiceOfLabels(scores.argmax(1), batch, run.Network.OutputChannels);
    }

    /// <summary>Dice of guessing without seeing: each pixel's label wherever the auxiliary masks have it often enough, or everywhere.</summary>
    public static double MeanMask(AuditImages images, Batch victims, RunOptions run)
    {
        if (run.Task != StudyTask.Segmentation) return 0;
        using var scope = NewDisposeScope();
        var known = images.Auxiliary(-3, MeanMaskImages).Targets;
        return Enumerable.Range(1, run.Network.OutputChannels - 1).Average(label =>
        {
            var often = known.Is(label).to(ScalarType.Float32).mean([0], keepdim: true);
            return Thresholds(often).Max(threshold =>
            {
                using var inner = NewDisposeScope();
                var guess = often.IsAtLeast(threshold).expand(victims.Targets.shape);
                return Overlap(guess, victims.Targets.Is(label), victims.Mask);
            });
        });
    }

    private static IEnumerable<double> Thresholds(Tensor often)
    {
        var top = (double)often.max().item<float>();
        return Enumerable.Range(0, 10).Select(i => top * i / 10);
    }

    private static double DiceOfLabels(Tensor labels, Batch batch, int classes) => Enumerable.Range(1, classes - 1).Average(label =>
        Overlap(labels.Is(label), batch.Targets.Is(label), batch.Mask));

    private static double Overlap(Tensor guess, Tensor truth, Tensor? mask)
    {
        if (mask is not null)
        {
            var counted = mask.squeeze(1).to(ScalarType.Bool);
            (guess, truth) = (guess.logical_and(counted), truth.logical_and(counted));
        }
        double both = guess.logical_and(truth).sum().item<long>(), sum = guess.sum().item<long>() + truth.sum().item<long>();
        return sum == 0 ? 1 : 2 * both / sum;
    }
}
