using RosFL.Runs;

namespace RosFL.Reports;

/// <summary>The conventions that a table of scores must state.</summary>
public static class ScoreNotes
{
    public static string Of(RunOptions run) => run.Task == StudyTask.Segmentation
        ? $"Surface Dice at {Figures.Short(run.Evaluation.SurfaceToleranceMm)} mm; hd95 in mm. {EmptyMasks}"
        : run.Evaluation.ScoreWindow is [var low, var high]
            ? $"HU window [{Figures.Fixed(low, 0)}, {Figures.Fixed(high, 0)}], data range {Figures.Fixed(high - low, 0)}. PSNR in dB, RMSE in HU.{Air(run)}"
            : $"PSNR in dB and SSIM with data range {Figures.Short(run.Evaluation.DataRange)}; RMSE in units of the target.{Air(run)}";

    private const string EmptyMasks = "Empty masks: where truth and prediction are both empty an image scores 1 (hd95 0); where one of them is, "
        + "it scores 0, and hd95 is the image's diagonal. No image is left out of a mean.";

    private static string Air(RunOptions run) => run.Ct.AirBelowHu is { } floor ? $" Values at or below {Figures.Short(floor)} HU are read as air before projection." : "";
}
