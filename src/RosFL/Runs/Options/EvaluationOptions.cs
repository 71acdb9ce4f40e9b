namespace RosFL.Runs;

/// <summary>How the model is scored.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Validate after every so many rounds and after the last.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Overlap of sliding windows, 0 to 0.9; used when <see cref="Window"/> is set.</summary>
    public double Overlap { get; init; } = 0.5;

    /// <summary>Window of sliding inference per spatial axis; empty runs whole images.</summary>
    public int[] Window { get; init; } = [];

    /// <summary>Window in units of the target in which PSNR, SSIM and RMSE are computed, data range its width: CT [-160, 240] HU. Empty: the target's units, range <see cref="DataRange"/>.</summary>
    public double[] ScoreWindow { get; init; } = [];

    /// <summary>Data range of PSNR and SSIM without a window.</summary>
    public double DataRange { get; init; } = 1;

    /// <summary>Tolerance of the normalised surface Dice in mm.</summary>
    public double SurfaceToleranceMm { get; init; } = 1;
}
