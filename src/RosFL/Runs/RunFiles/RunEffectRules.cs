namespace RosFL.Runs;

/// <summary>Which option has an effect when. What a file sets in vain is refused, so that nobody reports a number that did nothing.</summary>
internal static class RunEffectRules
{
    public static void Apply(RunRules rules, RunOptions run)
    {
        Training(rules, run);
        Privacy(rules, run);
        Intensities(rules, run);
        Loss(rules, run);
        Data(rules, run);
        Images(rules, run);
        Scanner(rules, run);
        Scores(rules, run);
        Wire(rules, run);
    }

    private static void Wire(RunRules rules, RunOptions run)
    {
        rules.Together(run.Wire.Payload != PayloadKind.Bf16 || run.Machine.Compute != ComputeKind.Bf16,
            "Option 'wire.payload' is \"bf16\", which has no effect under machine.compute 'bf16', whose numbers travel as bf16 anyway: remove it.");
        rules.OnlyIf(run.Preprocessing.Patch.Length == 0 || run.Evaluation.Window.Length == 0, run.Wire.ImageSizes, "without preprocessing.patch or without evaluation.window");
    }

    private static void Training(RunRules rules, RunOptions run)
    {
        rules.OnlyIf(run.Cut.NarrowChannels > 0, run.Cut.NarrowStride, "when cut.narrowChannels is above 0");
        rules.OnlyIf(run.Training.Sampling == SamplingKind.Epoch, run.Training.Epochs, "under training.sampling 'epoch'");
        rules.OnlyIf(run.Training.Sampling != SamplingKind.Epoch, run.Training.Steps, "under training.sampling 'steps' or 'cursor'");
        rules.OnlyIf(run.Training.Optimizer == OptimizerKind.Sgd, run.Training.Momentum, "under training.optimizer 'sgd'");
        rules.OnlyIf(run.Training.Optimizer != OptimizerKind.Sgd, run.Training.Beta1, "under training.optimizer 'adam' or 'adamw'");
        rules.OnlyIf(run.Training.Optimizer != OptimizerKind.Sgd, run.Training.Beta2, "under training.optimizer 'adam' or 'adamw'");
        rules.OnlyIf(run.Algorithm.Rule != CorrectionRule.Adam, run.Algorithm.Strength, "under algorithm.rule 'gradient'");
        rules.OnlyIf(run.Algorithm.Name != "ros-fl" || run.Algorithm.Rule == CorrectionRule.Adam, run.Algorithm.Mu, "under algorithm.rule 'adam' (or in FedProx)");
        rules.OnlyIf(run.Algorithm.Name != "ros-fl" || run.Algorithm.Rule == CorrectionRule.Adam, run.Algorithm.Published, "under algorithm.rule 'adam'");
    }

    private static void Privacy(RunRules rules, RunOptions run)
    {
        rules.OnlyIf(run.Privacy.HeadPenalty != HeadPenaltyKind.None, run.Privacy.HeadPenaltyWeight, "with privacy.headPenalty 'distance-correlation' or 'adversary'");
        rules.Together(run.Privacy.HeadPenalty != HeadPenaltyKind.DistanceCorrelation || run.Training.Batch >= 2,
            $"Option 'privacy.headPenalty' is \"distance-correlation\", which compares the images of a batch, and training.batch is {run.Training.Batch}: set it to 2 or more, or take 'adversary'.");
        if (!run.Privacy.SumsIntegers || rules.AnyBroken("privacy.secureAggregation")) return;
        rules.Together(run.Algorithm.Merge == MergeArithmetic.Fixed24 || !rules.Sets("algorithm.merge"),
            $"Option 'algorithm.merge' is {RunRules.Shown(run.Algorithm.Merge)}, but privacy.secureAggregation sums integers: remove it, set it to fixed24, or set privacy.secureAggregation to none.");
    }

    private static void Intensities(RunRules rules, RunOptions run) =>
        rules.OnlyIf(run.Preprocessing.Intensity == IntensityKind.CtForeground, run.Preprocessing.ForegroundMap, "under preprocessing.intensity 'ct-foreground'");

    private static void Loss(RunRules rules, RunOptions run)
    {
        if (rules.AnyBroken("task", "training.loss"))
            return;
        var loss = run.Training.Loss ?? (run.Task == StudyTask.Segmentation ? LossKind.DiceCe : LossKind.Mse);
        var forLabels = loss is LossKind.CrossEntropy or LossKind.Dice or LossKind.DiceCe or LossKind.Focal;
        rules.Together(run.Training.Loss is null || forLabels == (run.Task == StudyTask.Segmentation),
            $"Option 'training.loss' is {RunRules.Shown(loss)}, which does not fit task {RunRules.Shown(run.Task)}: images take mse, l1 or mse-ssim, label maps cross-entropy, dice, dice-ce or focal.");
        var weighted = loss is LossKind.CrossEntropy or LossKind.DiceCe or LossKind.Focal;
        rules.OnlyIf(loss == LossKind.MseSsim, run.Training.SsimWeight, "under training.loss 'mse-ssim'");
        rules.OnlyIf(loss == LossKind.Focal, run.Training.FocalGamma, "under training.loss 'focal'");
        rules.OnlyIf(weighted, run.Training.ClassWeights, "under training.loss 'cross-entropy', 'dice-ce' or 'focal'");
        rules.OnlyIf(weighted, run.Training.FederatedClassWeights, "under training.loss 'cross-entropy', 'dice-ce' or 'focal'");
    }

    private static void Data(RunRules rules, RunOptions run)
    {
        const string fromFiles = "when data.layout is not 'phantoms'";
        rules.OnlyIf(run.Data.Layout != DataLayout.Phantoms, run.Data.Path, fromFiles);
        rules.OnlyIf(run.Data.Layout != DataLayout.Phantoms, run.Data.SubjectPattern, fromFiles);
        rules.OnlyIf(run.Data.Layout != DataLayout.Phantoms, run.Data.SubjectsFile, fromFiles);
        rules.OnlyIf(run.Data.Layout != DataLayout.Phantoms, run.Data.SubjectIsFile, fromFiles);
        rules.OnlyIf(run.Data.Layout != DataLayout.Phantoms, run.Data.Slices, fromFiles);
        rules.OnlyIf(run.Data.Layout != DataLayout.Phantoms, run.Preprocessing.Scale, fromFiles);
        rules.OnlyIf(run.Data.Layout != DataLayout.Phantoms, run.Preprocessing.Offset, fromFiles);
        rules.OnlyIf(run.Data.SubjectPattern.Length > 0, run.Data.SubjectGroup, "with a data.subjectPattern");
        rules.OnlyIf(run.Data.Layout != DataLayout.Geometry, run.Data.Test, "when data.layout is not 'geometry', which brings its own test images");
        rules.OnlyIf(run.Data.Layout == DataLayout.Folders && run.Task != StudyTask.Segmentation, run.Data.SimulateCt, "under data.layout 'folders' and a task that makes images");
        rules.OnlyIf(run.Task == StudyTask.Segmentation, run.Data.DirichletAlpha, "for segmentation, whose labels it redistributes");
        rules.Together(run.Data.SubjectPattern.Length == 0 || run.Data.SubjectsFile.Length == 0,
            "Options 'data.subjectPattern' and 'data.subjectsFile' exclude each other: remove one.");
        rules.Together(!run.Data.Slices || run.Network.Dimensions == 2, "Option 'data.slices' is true, which needs network.dimensions 2: change one of them.");
        rules.OnlyIf(run.Data.Layout == DataLayout.Phantoms && run.Data.Sites.Length == 0, run.Data.Phantoms.Sites, "under data.layout 'phantoms' without data.sites");
        rules.OnlyIf(run.Data.Layout == DataLayout.Phantoms, run.Data.Phantoms.ImagesPerSite, "under data.layout 'phantoms'");
        rules.OnlyIf(run.Data.Layout == DataLayout.Phantoms, run.Data.Phantoms.Size, "under data.layout 'phantoms'");
        rules.OnlyIf(run.Data.Layout == DataLayout.Phantoms, run.Data.Phantoms.QuantitySkew, "under data.layout 'phantoms'");
    }

    private static void Images(RunRules rules, RunOptions run)
    {
        rules.OnlyIf(run.Preprocessing.Intensity == IntensityKind.Window, run.Preprocessing.Window, "under preprocessing.intensity 'window'");
        rules.OnlyIf(run.Preprocessing.Intensity == IntensityKind.Percentile, run.Preprocessing.Percentiles, "under preprocessing.intensity 'percentile'");
        rules.OnlyIf(run.Task == StudyTask.Segmentation && run.Preprocessing.Patch.Length > 0, run.Preprocessing.Foreground, "for segmentation with a preprocessing.patch");
        rules.OnlyIf(run.Task == StudyTask.Segmentation, run.Preprocessing.BinaryLabels, "for segmentation");
        rules.OnlyIf(run.Task == StudyTask.Segmentation, run.Augmentation.Gamma, "for segmentation");
        rules.OnlyIf(run.Task == StudyTask.Segmentation, run.Augmentation.Contrast, "for segmentation");
        rules.OnlyIf(run.Task == StudyTask.Segmentation, run.Augmentation.Noise, "for segmentation");
    }

    private static void Scanner(RunRules rules, RunOptions run)
    {
        if (rules.AnyBroken("task", "data.layout", "data.simulateCt"))
            return;
        const string simulated = "when the CT simulator makes the input: data.simulateCt, or phantoms of a task that makes images";
        var phantoms = run.Data.Layout == DataLayout.Phantoms && run.Task != StudyTask.Segmentation;
        rules.OnlyIf(run.Data.SimulateCt || phantoms, run.Ct.Geometry, simulated);
        rules.OnlyIf(run.Data.SimulateCt || phantoms, run.Ct.Filter, simulated);
        rules.OnlyIf(run.Data.SimulateCt || phantoms, run.Ct.ElectronicNoise, simulated);
        rules.OnlyIf(run.Data.SimulateCt || phantoms, run.Ct.WaterPerMm, simulated);
        rules.OnlyIf(run.Data.SimulateCt || phantoms, run.Ct.AirBelowHu, simulated);
        rules.OnlyIf(run.Data.SimulateCt, run.Ct.Reduce, "with data.simulateCt");
        rules.OnlyIf(run.Data.SimulateCt, run.Ct.NoiseSeed, "with data.simulateCt");
        rules.OnlyIf(run.Data.SimulateCt, run.Ct.ScanFolder, "with data.simulateCt");
        var idle = run.Data.Sites.Concat(run.Data.UnseenSites).FirstOrDefault(site => site.Geometry is not null);
        rules.Together(idle is null || run.Data.SimulateCt || phantoms,
            $"Option 'geometry' of site '{idle?.Name}' is set, but has an effect only {simulated}: remove it, or change that.");
    }

    private static void Scores(RunRules rules, RunOptions run)
    {
        rules.OnlyIf(run.Evaluation.Window.Length > 0, run.Evaluation.Overlap, "with an evaluation.window");
        rules.OnlyIf(run.Task != StudyTask.Segmentation, run.Evaluation.ScoreWindow, "for tasks that make images");
        rules.OnlyIf(run.Task != StudyTask.Segmentation && run.Evaluation.ScoreWindow.Length == 0, run.Evaluation.DataRange, "for tasks that make images, without evaluation.scoreWindow");
        rules.OnlyIf(run.Task == StudyTask.Segmentation, run.Evaluation.SurfaceToleranceMm, "for segmentation");
    }
}
