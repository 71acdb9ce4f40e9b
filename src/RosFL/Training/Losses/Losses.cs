using RosFL.Runs;

namespace RosFL.Training.Losses;

/// <summary>The catalogue of losses.</summary>
public static class Losses
{
    /// <summary>What a task is trained with where the run file does not say.</summary>
    public static LossKind Default(StudyTask task) => task == StudyTask.Segmentation ? LossKind.DiceCe : LossKind.Mse;

    /// <summary>Whether a loss compares labels rather than images.</summary>
    public static bool IsOfLabels(LossKind kind) => kind is LossKind.CrossEntropy or LossKind.Dice or LossKind.DiceCe or LossKind.Focal;

    /// <param name="options">Loss, its numbers, and class weights (from federated counts already put in place).</param>
    /// <param name="classes">Segmentation: classes, background included. Ignored otherwise.</param>
    /// <exception cref="RosflException">The loss does not fit the task, or the weights do not fit the classes.</exception>
    public static Loss Make(TrainingOptions options, StudyTask task, int classes)
    {
        var kind = options.Loss ?? Default(task);
        if (IsOfLabels(kind) != (task == StudyTask.Segmentation))
            throw new RosflException(ExitCode.InvalidRun,
                $"Loss {kind} does not fit task {task}: cross-entropy, dice, dice-ce and focal are for segmentation, the others for images; correct training.loss.");
        if (IsOfLabels(kind))
            RequireClasses(options.ClassWeights, classes);
        return kind switch
        {
            LossKind.Mse => new PixelLoss(squared: true),
            LossKind.L1 => new PixelLoss(squared: false),
            LossKind.MseSsim => new WeightedSum(new PixelLoss(squared: true), options.SsimWeight, new SsimLoss()),
            LossKind.CrossEntropy => new CrossEntropyLoss(options.ClassWeights),
            LossKind.Dice => new DiceLoss(),
            LossKind.DiceCe => new WeightedSum(new DiceLoss(), 1, new CrossEntropyLoss(options.ClassWeights)),
            LossKind.Focal => new CrossEntropyLoss(options.ClassWeights, options.FocalGamma),
            _ => throw new ArgumentOutOfRangeException(nameof(options), kind, "Not in the catalogue."),
        };
    }

    private static void RequireClasses(double[] weights, int classes)
    {
        if (classes < 2)
            throw new RosflException(ExitCode.InvalidRun,
                $"A segmentation of {classes} class cannot be trained: network.outputChannels counts the background too and is 2 or more.");
        if (weights.Length != 0 && (weights.Length != classes || !weights.All(w => w >= 0 && double.IsFinite(w)) || weights.All(w => w == 0)))
            throw new RosflException(ExitCode.InvalidRun,
                $"training.classWeights [{string.Join(", ", weights)}] does not fit {classes} classes: give one weight of 0 or more for each class, not all 0, or none.");
    }
}
