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
