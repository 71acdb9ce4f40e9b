using System.Text.Json.Serialization;

namespace RosFL.Runs;

/// <summary>What the network learns: label maps, clean images from degraded ones, or clean images from filtered back-projections of few views.</summary>
public enum StudyTask { Restoration, Reconstruction, Segmentation }

/// <summary>One run: everything that decides its numbers, as one JSON file.</summary>
public sealed record RunOptions
{
    /// <summary>Names the run folder and the reports. Letters, digits, '-', '_' and '.'.</summary>
    public string Name { get; init; } = "run";

    public StudyTask Task { get; init; } = StudyTask.Restoration;

    /// <summary>All chance comes from this number. Same seed, same run file, same machine type: same bits.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Rounds of training. 1 or more.</summary>
    public int Rounds { get; init; } = 10;

    public NetworkOptions Network { get; init; } = new();

    public CutOptions Cut { get; init; } = new();

    public AlgorithmOptions Algorithm { get; init; } = new();

    public TrainingOptions Training { get; init; } = new();

    public DataOptions Data { get; init; } = new();

    public PreprocessingOptions Preprocessing { get; init; } = new();

    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>The CT simulator: ignored unless <c>data.simulateCt</c> is set or the phantoms' task needs it.</summary>
    public CtOptions Ct { get; init; } = new();

    public EvaluationOptions Evaluation { get; init; } = new();

    public WireOptions Wire { get; init; } = new();

    public MachineOptions Machine { get; init; } = new();

    public OutputOptions Output { get; init; } = new();

    public PrivacyOptions Privacy { get; init; } = new();

    public AuditOptions Audit { get; init; } = new();
}

/// <summary>The network before it is cut. Not every network uses every option; one it does not use is refused.</summary>
public sealed record NetworkOptions
{
    /// <summary>A name in the network catalogue: red-cnn, unet, residual-unet, attention-unet, or one that a plug-in added.</summary>
    public string Name { get; init; } = "red-cnn";

    /// <summary>Channels of the outermost level (RED-CNN: of every layer). Default 32; the paper's RED-CNN has 96.</summary>
    public int Channels { get; init; } = 32;

    /// <summary>Levels around the bottom, 1 to 6. RED-CNN has 4 and ignores this.</summary>
    public int Levels { get; init; } = 4;

    /// <summary>Spatial dimensions, 2 or 3. RED-CNN is 2.</summary>
    public int Dimensions { get; init; } = 2;

    /// <summary>Channels of the input image.</summary>
    public int InputChannels { get; init; } = 1;

    /// <summary>Channels of the output: classes for segmentation (background included), image channels otherwise.</summary>
    public int OutputChannels { get; init; } = 1;

    /// <summary>Batch normalisation shares statistics between sites, which leaks and breaks averaging; group is the default.</summary>
    public NormalisationKind Normalisation { get; init; } = NormalisationKind.Group;

    public ActivationKind Activation { get; init; } = ActivationKind.Relu;
}

public enum NormalisationKind { Group, Instance, Batch, None }

public enum ActivationKind { Relu, LeakyRelu, Gelu, Silu }

/// <summary>Where the network is cut and how narrow the cut is.</summary>
public sealed record CutOptions
{
    /// <summary>Levels that stay at the site, 1 to the network's levels.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>Channels that cross the cut; 0 leaves the cut as the network has it.</summary>
    public int NarrowChannels { get; init; }

    /// <summary>Factor by which the narrow cut reduces resolution, 1 or more. Ignored when <see cref="NarrowChannels"/> is 0.</summary>
    public int NarrowStride { get; init; } = 1;
}

/// <summary>Which algorithm, and its numbers.</summary>
public sealed record AlgorithmOptions
{
    /// <summary>A name in the algorithm catalogue: centralized, local, site-only, fedavg, fedprox, fedbn, scaffold, split, splitfed-v1, splitfed-v2, ros-fl, dc-sfl.</summary>
    public string Name { get; init; } = "ros-fl";

    /// <summary>Strength rho of the weight correction, rule <c>gradient</c>: 0 is plain averaging, 1 returns to the round's start. Default 0.1.</summary>
    public double? Strength { get; init; }

    /// <summary>How RoS-FL finds the correction model. DC-SFL always uses <c>adam</c>.</summary>
    public CorrectionRule? Rule { get; init; }

    /// <summary>FedProx: weight of the proximal term, default 0.01. Correction by Adam: weight of the correction loss, default 1e-4.</summary>
    public double? Mu { get; init; }

    /// <summary>Correction by Adam exactly as in the published DC-SFL program (see docs/algorithms.md). Default false.</summary>
    public bool? Published { get; init; }

    /// <summary>Weights of the sites in the mean.</summary>
    public SiteWeighting Weighting { get; init; } = SiteWeighting.Samples;

    /// <summary>Arithmetic of the mean.</summary>
    public MergeArithmetic Merge { get; init; } = MergeArithmetic.Float;
}

public enum CorrectionRule { Gradient, Adam }

public enum SiteWeighting { Samples, Uniform }

public enum MergeArithmetic { Float, Fixed24 }

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

/// <summary>How the machine computes: part of the run because it decides bits.</summary>
public sealed record MachineOptions
{
    public DeviceKind Device { get; init; } = DeviceKind.Auto;

    public ComputeKind Compute { get; init; } = ComputeKind.Fp32;

    public MemoryLayout Layout { get; init; } = MemoryLayout.ChannelsLast;

    /// <summary>Threads inside one tensor operation; 0 takes the machine's cores divided by <see cref="Workers"/>, and the run folder records the number.</summary>
    public int Threads { get; init; }

    /// <summary>Sites that train side by side in a simulation, each on a torch thread of its own.</summary>
    public int Workers { get; init; } = 1;
}

public enum DeviceKind { Auto, Cpu, Cuda }

public enum ComputeKind { Fp32, Bf16 }

public enum MemoryLayout { Contiguous, ChannelsLast }

/// <summary>What the run folder holds beyond store, checkpoint and report.</summary>
public sealed record OutputOptions
{
    /// <summary>Folder under which run folders are made.</summary>
    public string Folder { get; init; } = "runs/out";

    /// <summary>Write every round's weights before and after the correction to rounds.safetensors.</summary>
    public bool RoundWeights { get; init; }

    /// <summary>Write every step (round, site, step, items, loss before the update) to steps.jsonl.</summary>
    public bool Steps { get; init; }

    /// <summary>Write the final model's predictions on the test images to predictions.safetensors.</summary>
    public bool Predictions { get; init; }
}
