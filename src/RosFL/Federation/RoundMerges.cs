using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Federation;

/// <summary>The merge that a run asks for.</summary>
public static class RoundMerges
{
    // 512 bytes for 25 numbers of two slots
    private const int PaillierBytes = 20;

    /// <summary>What one merged number takes on the wire, each way.</summary>
    public static int BytesPerValue(RunOptions run) => run.Privacy.SecureAggregation switch
    {
        SecureAggregationKind.Paillier => PaillierBytes,
        _ => run.Privacy.HidesParts ? sizeof(ulong) : sizeof(float),
    };

    /// <summary>For a study in one process; the caller disposes it.</summary>
    /// <param name="notice">Round and sentence of what a user should know.</param>
    public static IRoundMerge InOneProcess(Study study, IReadOnlyList<string> sites, Action<int, string>? notice = null) => study.Run.Privacy.SecureAggregation switch
    {
        SecureAggregationKind.Paillier => new PaillierMerge(study, notice),
        _ => study.HidesParts ? new SecureMerge(study, sites, AdversaryOf(study.Run), notice) : new PlainMerge(study),
    };

    /// <summary>What a masked run fears of its server.</summary>
    public static Adversary AdversaryOf(RunOptions run) =>
        run.Privacy.SecureAggregation == SecureAggregationKind.Curious ? Adversary.Curious : Adversary.Malicious;
}
