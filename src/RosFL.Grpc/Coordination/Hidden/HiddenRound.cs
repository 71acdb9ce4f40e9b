using RosFL.Federation;
using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Coordination.Hidden;

/// <summary>What a site has trained in one attempt, and the sessions in which it is summed: each with fresh keys, the last one counts.</summary>
/// <param name="begin">The state with which the round began.</param>
internal sealed class HiddenRound(
    Study study, SiteTrust trust, SignedRounds signed, HeldStates states, RoundKey key, RoundState begin, Model parts, long weight, TimeProvider time, Action<string>? notice) : IDisposable
{
    private Privacy.SecureAggregation.SiteSession? session;
    private byte[]? sealedNext;

    public RoundKey Key => key;

    /// <summary>The masked vector, once the session has come to it.</summary>
    public ulong[] Masked { get; private set; } = [];

    /// <summary>The state that follows from the opened sum; null before.</summary>
    public RoundState? Next { get; private set; }

    private Privacy.SecureAggregation.SiteSession Session => session ?? throw new RosflException(ExitCode.SecureAggregation, "This site is in no session: it takes part again in the next.");

    /// <summary>Takes a message of the aggregation server's, except the last, and gives what to send.</summary>
    public IReadOnlyList<Envelope> Take(Envelope message)
    {
        if (message.Kind == MessageKind.Roster) Begin();
        var replies = Session.Receive(message).ToList();
        if (message.Kind == MessageKind.ShareBox) replies.Add(Mask());
        CrashPoint.Reach(message.Kind switch
        {
            MessageKind.Roster => "site-keyed",
            MessageKind.KeyList => "site-shared",
            MessageKind.ShareBox => "site-masked",
            MessageKind.Survivors => "site-signed",
            MessageKind.Agreement => "site-revealed",
            _ => "",
        });
        return replies;
    }

    /// <summary>Takes the last message with the blinded sum: mean and correction by the function that a server would call. The new state is on disk when this returns.</summary>
    public HiddenOutcome Open(Envelope message, ulong[] blinded)
    {
        var mean = PartsVector.Mean(Session.Open(message, blinded).Sum, parts);
        var merged = study.SiteParts.ToDictionary(p => p, p => PartMerge.Of(study, p, mean[p], begin));
        Next = new RoundState(key.Round + 1, new(merged.ToDictionary(m => m.Key, m => m.Value.Weights)), merged.ToDictionary(m => m.Key, m => m.Value.Memory), null, null);
        states.Add(Next);
        CrashPoint.Reach("site-opened");
        return new(Next.Global.Hash(), merged.ToDictionary(m => m.Key, m => m.Value.LargestChange));
    }

    /// <summary>The new state, for the aggregation server to keep and every site in the roster to read.</summary>
    public byte[] Sealed() => sealedNext ??= Next is { } next
        ? SealedState.Seal(trust.Own, HeldStates.Bytes(next), trust.Readers, study.Id, key.Round).ToBytes()
        : throw new RosflException(ExitCode.SecureAggregation, "This site has opened no sum whose state could be sealed.");

    public void Dispose() => session?.Dispose();

    private void Begin()
    {
        session?.Dispose();
        session = new(trust.Own, trust.TermsOf(key.Round, begin.Global.Hash(), PartsVector.LengthOf(parts)), signed, time);
        (Masked, Next, sealedNext) = ([], null, null);
    }

    private Envelope Mask()
    {
        var vector = PartsVector.Encode(parts, weight, out var clipped);
        if (clipped > 0) notice?.Invoke($"{clipped} of {vector.Length - 1} values were beyond the bound of fixed point and were clipped.");
        var input = Session.Mask(vector);
        Masked = input.Vector;
        return input.Header;
    }
}
