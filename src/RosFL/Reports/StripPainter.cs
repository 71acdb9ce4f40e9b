using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Scores;

namespace RosFL.Reports;

/// <summary>Turns a scored case into the panels of a strip: gray 0..255, the middle slice of a volume.</summary>
public static class StripPainter
{
    /// <param name="prediction">In the target's units and on its grid.</param>
    public static StripImage Paint(string site, Whole whole, Picture prediction, RunOptions run)
    {
        var (truth, predicted) = (Middle(whole.Target), Middle(prediction));
        var input = Middle(run.Task == StudyTask.Segmentation ? whole.Input : whole.RestoredInput());
        var (low, high) = run.Task == StudyTask.Segmentation ? (0, Math.Max(1, run.Network.OutputChannels - 1)) : Window(truth, run);
        var (inputLow, inputHigh) = run.Task == StudyTask.Segmentation ? Range(input) : (low, high);
        // what lies outside the window is no error that a reader of the window sees
        float Seen(float value) => run.Task == StudyTask.Segmentation ? value : (float)Math.Clamp(value, low, high);
        var error = new Picture([.. predicted.Values.Zip(truth.Values, (p, t) => Math.Abs(Seen(p) - Seen(t)))], predicted.Shape);
        return new(site, whole.Case.Name, Caption(whole, prediction, run),
        [
            new("input", Gray(input, inputLow, inputHigh)), new("prediction", Gray(predicted, low, high)),
            new("truth", Gray(truth, low, high)), new("error", Gray(error, 0, (high - low) / (run.Task == StudyTask.Segmentation ? 1 : 4))),
        ]);
    }

    /// <summary>The image's score by the task's first metric.</summary>
    private static string Caption(Whole whole, Picture prediction, RunOptions run)
    {
        if (run.Task == StudyTask.Segmentation)
        {
            var counts = new PooledCounts(run.Network.OutputChannels);
            counts.Add(prediction, whole.Target, whole.Mask);
            return $"dice {Figures.Fixed(counts.Scores().First(s => s.Metric == Metrics.Dice).Value, 3)}";
        }
        var errors = new PooledErrors(run.Evaluation);
        errors.Add(prediction, whole.Target, whole.Mask);
        return $"psnr {Figures.Fixed(errors.Psnr, 2)} dB";
    }

    private static (double Low, double High) Window(Picture truth, RunOptions run) =>
        run.Evaluation.ScoreWindow is [var low, var high] ? (low, high) : Range(truth);

    private static (double Low, double High) Range(Picture picture) => (picture.Values.Min(), Math.Max(picture.Values.Max(), picture.Values.Min() + 1e-6));

    private static Picture Gray(Picture picture, double low, double high) =>
        new([.. picture.Values.Select(v => (float)Math.Round(255 * Math.Clamp((v - low) / (high - low), 0, 1)))], picture.Shape);

    /// <summary>The first channel of an image, or of the middle slice of a volume.</summary>
    private static Picture Middle(Picture picture)
    {
        var plane = picture.Shape[^1] * picture.Shape[^2];
        var slice = picture.Dimensions == 3 ? picture.Shape[1] / 2 : 0;
        return new(picture.Values.AsSpan(slice * plane, plane).ToArray(), 1, picture.Shape[^2], picture.Shape[^1]);
    }
}
