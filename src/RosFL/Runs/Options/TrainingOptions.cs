using System.Text.Json.Serialization;

namespace RosFL.Runs;

/// <summary>How every part is trained.</summary>
public sealed record TrainingOptions
{
    /// <summary>Images (or patches) in a step. 1 or more.</summary>
    public int Batch { get; init; } = 4;

    public SamplingKind Sampling { get; init; } = SamplingKind.Epoch;

    /// <summary>Epochs a site trains in a round under sampling <c>epoch</c>; ignored otherwise.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Steps a site trains in a round under sampling <c>steps</c>; under <c>cursor</c> 0 means ceil(images / batch).</summary>
    public int Steps { get; init; }

    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Adam;

    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Adam: added to the gradient; AdamW: decoupled; SGD: added to the gradient.</summary>
    public double WeightDecay { get; init; }

    /// <summary>SGD only.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Adam and AdamW only.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Adam and AdamW only.</summary>
    public double Beta2 { get; init; } = 0.999;

    public ScheduleKind Schedule { get; init; } = ScheduleKind.Constant;

    /// <summary>Largest gradient norm of each part (head, body, tail on their own, in every algorithm); 0 does not clip.</summary>
    public double ClipNorm { get; init; }

    /// <summary>Default: mse for restoration and reconstruction, dice-ce for segmentation.</summary>
    public LossKind? Loss { get; init; }

    /// <summary>Weight of 1 - SSIM in <c>mse-ssim</c>.</summary>
    public double SsimWeight { get; init; } = 0.1;

    /// <summary>Focal loss only.</summary>
    public double FocalGamma { get; init; } = 2;

    /// <summary>Weights of the classes in cross-entropy: empty for equal ones.</summary>
    public double[] ClassWeights { get; init; } = [];

    /// <summary>Class weights from the label counts of all sites' training images: all voxels / (classes that occur * voxels of the class). Only the counts leave a site. Excludes <see cref="ClassWeights"/>.</summary>
    public bool FederatedClassWeights { get; init; }

    /// <summary>safetensors with the weights to begin from: an assembled model, or the part in front of the name (head.conv1.weight); empty to draw them from the seed.</summary>
    public string InitialWeights { get; init; } = "";
}

public enum SamplingKind { Epoch, Steps, Cursor }

public enum OptimizerKind { Adam, [JsonStringEnumMemberName("adamw")] AdamW, Sgd }

public enum ScheduleKind { Constant, Cosine, Polynomial }

public enum LossKind { Mse, L1, MseSsim, CrossEntropy, Dice, DiceCe, Focal }
