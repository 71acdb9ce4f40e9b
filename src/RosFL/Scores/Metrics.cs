using RosFL.Runs;

namespace RosFL.Scores;

/// <summary>Which way a metric improves.</summary>
public enum MetricDirection { HigherIsBetter, LowerIsBetter }

/// <summary>The metrics that <see cref="ScoreRecord"/> holds, by the names it holds them under; a class's own score has its number behind a dot ("dice.1").</summary>
public static class Metrics
{
    public const string Dice = "dice";
    public const string Iou = "iou";
    public const string Sensitivity = "sensitivity";
    public const string Precision = "precision";

    /// <summary>Millimetres.</summary>
    public const string Hd95 = "hd95";

    public const string SurfaceDice = "surface-dice";

    /// <summary>Decibels.</summary>
    public const string Psnr = "psnr";

    public const string Ssim = "ssim";

    /// <summary>Units of the target.</summary>
    public const string Rmse = "rmse";

    /// <summary>The metric by which a task's best round is chosen and its methods are ranked.</summary>
    public static string Primary(StudyTask task) => task == StudyTask.Segmentation ? Dice : Psnr;

    /// <summary>Which way <paramref name="metric"/> improves; a class's own score ("hd95.2") as the metric itself.</summary>
    public static MetricDirection Direction(string metric) =>
        metric.Split('.')[0] is Hd95 or Rmse ? MetricDirection.LowerIsBetter : MetricDirection.HigherIsBetter;

    public static string OfClass(string metric, int label) => $"{metric}.{label}";

    /// <summary>Whether <paramref name="value"/> is a better value of <paramref name="metric"/> than <paramref name="other"/>; never where they are equal.</summary>
    public static bool IsBetter(string metric, double value, double other) =>
        Direction(metric) == MetricDirection.HigherIsBetter ? value > other : value < other;
}
