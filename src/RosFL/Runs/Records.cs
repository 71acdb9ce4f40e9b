namespace RosFL.Runs;

/// <summary>What one site did in one round.</summary>
/// <param name="Loss">Mean loss over the site's steps, each before its update.</param>
/// <param name="Items">Training images (or patches) the site went through.</param>
/// <param name="BytesUp">Bytes the site sent: smashed values and features' gradients, and when the round ended its head and tail, with the messages of secure aggregation and, from one of the sites over a network, the sealed state. Frames, TLS and what crosses for scores are not in it.</param>
/// <param name="BytesDown">Bytes the site received.</param>
/// <param name="DriftHead">Euclidean distance of the site's head from the round's start before merging, relative to the norm of that start; NaN where the site hides it.</param>
public sealed record SiteRound(
    string Site, int Steps, long Items, double Loss, double Seconds, long BytesUp, long BytesDown,
    double DriftHead, double DriftBody, double DriftTail)
{
    /// <summary>As a site that hides its parts tells it: each drift is a figure of the site's own update.</summary>
    public SiteRound WithoutDrift() => this with { DriftHead = double.NaN, DriftBody = double.NaN, DriftTail = double.NaN };
}

/// <summary>One committed round.</summary>
/// <param name="Round">Counted from 0.</param>
/// <param name="Alpha">The correction's share in this round; 0 without correction.</param>
/// <param name="ModelHash">SHA-256 of the merged, corrected model.</param>
/// <param name="PreviousHash">The <see cref="Hash"/> of the round before; empty in round 0.</param>
/// <param name="Hash">SHA-256 over round, survivors, model hash and previous hash.</param>
/// <param name="CorrectionHead">Largest change that the correction made to a weight of the head.</param>
public sealed record RoundRecord(
    int Round, double Seconds, double LearningRate, double Alpha, double CorrectionHead, double CorrectionBody, double CorrectionTail,
    string ModelHash, string PreviousHash, string Hash, IReadOnlyList<SiteRound> Sites);

/// <summary>One score of one image, or (with <paramref name="Case"/> "pooled") of a site.</summary>
/// <param name="Round">The round after which the model was scored; the best round for the test.</param>
/// <param name="Split">validation, test or unseen.</param>
/// <param name="Metric">dice, iou, hd95, surface-dice, sensitivity, precision, psnr, ssim, rmse; for classes "dice.1".</param>
/// <param name="Model">global, or the name of the site whose own model it is (local-only).</param>
public sealed record ScoreRecord(int Round, string Split, string Site, string Case, string Metric, double Value, string Model = "global");

/// <summary>How many images a site has for training, validation and test.</summary>
public sealed record SiteSize(string Site, int Train, int Validation, int Test);

/// <summary>A round chosen by validation and the sites' weighted mean score after it.</summary>
public sealed record BestRound(int Round, double Score);

/// <summary>Something that happened: a site dropped out, a checkpoint was damaged, a run was resumed.</summary>
/// <param name="Round">The round it belongs to; null when it belongs to none.</param>
/// <param name="Site">The site it concerns; empty for all.</param>
/// <param name="Kind">A short name such as "resumed", "dropped", "checkpoint".</param>
public sealed record RunEvent(DateTimeOffset Time, int? Round, string Site, string Kind, string Message);
