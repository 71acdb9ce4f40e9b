using RosFL.Runs;

namespace RosFL.Privacy.Audit;

/// <summary>How hard a cut was attacked, as the options of <c>audit</c> had it. With less than the fewest of anything a cut can fail, and cannot pass.</summary>
/// <param name="TrainingSteps">Of the network under attack.</param>
public sealed record AuditEffort(int LeastSteps, int DecoderChannels, int Victims, int Gallery, int TrainingSteps)
{
    /// <summary>The least that a verdict rests on.</summary>
    public static readonly AuditEffort Fewest = new(LeastSteps: 1500, DecoderChannels: 8, Victims: 60, Gallery: 100, TrainingSteps: 600);

    public static AuditEffort Of(AuditOptions audit) => new(audit.LeastSteps, audit.DecoderChannels, audit.Victims, audit.Gallery, audit.TrainingSteps);

    /// <summary>What a verdict needs more of; null where it was enough.</summary>
    public string? WhyTooLittle() =>
        TrainingSteps == 0 ? $"the network was not trained, so that membership is unmeasured: set audit.trainingSteps to {Fewest.TrainingSteps} or more"
        : Lacking("leastSteps", e => e.LeastSteps) ?? Lacking("decoderChannels", e => e.DecoderChannels) ?? Lacking("victims", e => e.Victims)
            ?? Lacking("gallery", e => e.Gallery) ?? Lacking("trainingSteps", e => e.TrainingSteps);

    private string? Lacking(string option, Func<AuditEffort, int> of) =>
        of(this) < of(Fewest) ? $"audit.{option} of {of(this)} is too little for a verdict: set it to {of(Fewest)} or more" : null;
}
