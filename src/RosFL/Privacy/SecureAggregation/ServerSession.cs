using System.Security.Cryptography;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>
/// The aggregation server's side of one session. It waits for a phase until all have answered or its time is over, fixes who is in, and sends
/// on what the sites sent. It ends with a sum that only sites can read, or fails and knows nothing.
/// </summary>
public sealed class ServerSession : IDisposable
{
    private readonly Identity identity;
    private readonly Roster roster;
    private readonly TimeProvider time;
    private readonly byte[] sessionId;
    private readonly Participants sites;
    private readonly SortedDictionary<uint, Envelope> keys = [], masked = [], consistency = [], unmask = [];
    private readonly SortedDictionary<uint, SortedDictionary<uint, Envelope>> shares = [];
    private readonly SortedDictionary<uint, DealtHashes> dealt = [];
    private readonly MaskedSum sum;
    private IReadOnlyCollection<uint> expected;

    /// <param name="newJournal">Where an upload is written down while it is under way; a temporary file when null.</param>
    public ServerSession(Identity identity, Roster roster, TimeProvider time, Func<Stream>? newJournal = null)
    {
        roster.Threshold.Check();
        (this.identity, this.roster, this.time) = (identity, roster, time);
        sessionId = roster.SessionId();
        sites = new Participants(roster, sessionId);
        sum = new MaskedSum(roster.VectorLength, newJournal ?? MaskedUpload.TemporaryFile);
        expected = sites.Ids;
        Deadline = time.GetUtcNow() + roster.PhaseTime;
    }

    public ServerPhase Phase { get; private set; }

    public DateTimeOffset Deadline { get; private set; }

    /// <summary>The blinded sum, to be sent behind message 6; null until the session is opened.</summary>
    public ulong[]? BlindedSum => Phase == ServerPhase.Opened ? sum.Vector : null;

    /// <summary>Certificate hashes of the sites whose inputs are in the sum, in roster order.</summary>
    public IReadOnlyList<byte[]> Survivors => [.. masked.Keys.Select(id => SHA256.HashData(roster.Sites[(int)id - 1].Certificate))];

    /// <summary>Sites whose message of this phase has not come.</summary>
    public IReadOnlyList<uint> Awaited => [.. expected.Where(id => !HasAnswered(id))];

    /// <summary>Message 0 for every site.</summary>
    public IReadOnlyList<Envelope> Begin() => [.. sites.Ids.Select(id => Send(MessageKind.Roster, id, roster.ToBytes()))];

    /// <summary>Takes a site's message; the same one again changes nothing, except that an upload that broke off begins anew.</summary>
    /// <exception cref="Runs.RosflException">The message is out of turn or wrong; the sender is named and counts as absent.</exception>
    public void Receive(Envelope message)
    {
        if (WasTaken(message)) return;
        CheckTurn(message);
        switch (message.Kind)
        {
            case MessageKind.Keys: TakeKeys(message); break;
            case MessageKind.Share: TakeShare(message); break;
            case MessageKind.Masked: TakeMasked(message); break;
            case MessageKind.Consistency: TakeConsistency(message); break;
            default: TakeUnmask(message); break;
        }
    }

    /// <summary>Takes the next numbers of a site's masked vector, whose message 3 has come; what comes behind a whole one changes nothing.</summary>
    /// <exception cref="Runs.RosflException">There is no upload, it is too long, or it is not the vector that the site signed.</exception>
    public void Receive(uint from, ReadOnlySpan<ulong> chunk)
    {
        if (Phase == ServerPhase.MaskedInput && IsWhole(from)) return;
        Refusal.Unless(Phase == ServerPhase.MaskedInput && sum.IsUnderWay(from), $"A part of a masked vector of {sites.Name(from)} came without its message 'Masked' in this phase.");
        Refusal.Unless(chunk.Length <= sum.Missing(from), $"The masked vector of {sites.Name(from)} is longer than {roster.VectorLength} numbers.");
        if (sum.Add(from, chunk)) return;
        masked.Remove(from);
        throw Refusal.Of($"The masked vector of {sites.Name(from)} is not the one that it signed: it must send it again.");
    }

    /// <summary>The transport knows that a site will not answer in this session any more: nobody waits for it.</summary>
    public void Lose(uint site)
    {
        if (!HasAnswered(site)) expected = [.. expected.Where(id => id != site)];
    }

    /// <summary>Ends the phase when all have answered or its time is over, and gives the next messages.</summary>
    /// <exception cref="Runs.RosflException">Sites are still awaited, or too few have answered: then the session has failed and nothing was revealed.</exception>
    public IReadOnlyList<Envelope> Close()
    {
        Refusal.Unless(Phase < ServerPhase.Opened, "The session is over: begin a new one.");
        Refusal.Unless(Awaited.Count == 0 || time.GetUtcNow() >= Deadline, $"Phase '{Phase}' still waits for {sites.Names(Awaited)}.");
        uint[] present = [.. expected.Where(HasAnswered)];
        var closed = Phase;
        Phase = ServerPhase.Failed;
        Refusal.Unless(present.Length >= roster.Threshold.Quorum,
            $"Round {roster.Round} failed in phase '{closed}': {present.Length} of {sites.Ids.Count} sites answered, {roster.Threshold.Quorum} are needed; no sum was opened, it is tried again with fresh keys.");
        var messages = Continue(closed, present);
        (Phase, expected, Deadline) = (closed + 1, present, time.GetUtcNow() + roster.PhaseTime);
        return messages;
    }

    public void Dispose()
    {
        sum.Dispose();
        sites.Dispose();
    }

    private IReadOnlyList<Envelope> Continue(ServerPhase closed, uint[] present)
    {
        switch (closed)
        {
            case ServerPhase.Keys:
                return ToAll(present, MessageKind.KeyList, keys.Values);
            case ServerPhase.Shares:
                return SendShares(present);
            case ServerPhase.MaskedInput:
                foreach (var id in sum.ForgetUnderWay()) masked.Remove(id);
                return ToAll(present, MessageKind.Survivors, masked.Values);
            case ServerPhase.Consistency:
                return ToAll(present, MessageKind.Agreement, consistency.Values);
            default:
                Unmasking.Run(sum.Vector, roster, sessionId, sites, Revealed());
                var sumHash = Transcript.HashOf(sum.Vector);
                var opened = new OpenedMessage(masked.Count, sumHash, Transcript.Hash(sessionId, keys, masked, sumHash)).ToBytes();
                return [.. masked.Keys.Select(to => Send(MessageKind.Opened, to, opened))];
        }
    }

    /// <summary>Sends all shares on and keeps only their hashes: ciphertexts of N squared shares would outweigh the sum.</summary>
    private Envelope[] SendShares(uint[] present)
    {
        Envelope[] boxes = [.. present.Select(to => Send(MessageKind.ShareBox, to, Bundle.Of([.. present.Select(from => shares[from][to])])))];
        foreach (var from in present) dealt[from] = new(shares[from]);
        shares.Clear();
        return boxes;
    }

    private Envelope[] ToAll(uint[] receivers, MessageKind kind, IReadOnlyCollection<Envelope> envelopes)
    {
        var payload = Bundle.Of(envelopes);
        return [.. receivers.Select(to => Send(kind, to, payload))];
    }

    private void TakeKeys(Envelope message)
    {
        CheckFirst(keys, message);
        var content = KeysMessage.FromBytes(message.Payload);
        KeyPair.Check(content.Mask);
        KeyPair.Check(content.Channel);
        keys[message.From] = message;
    }

    private void TakeShare(Envelope message)
    {
        Refusal.Unless(keys.ContainsKey(message.From) && keys.ContainsKey(message.To), $"{sites.Name(message.From)} dealt shares to {sites.Name(message.To)}, but both must have announced keys.");
        var sent = shares.TryGetValue(message.From, out var found) ? found : shares[message.From] = [];
        Refusal.Unless(!sent.ContainsKey(message.To), $"{sites.Name(message.From)} dealt two different shares to {sites.Name(message.To)}.");
        _ = ShareMessage.FromBytes(message.Payload);
        sent[message.To] = message;
    }

    private void TakeMasked(Envelope message)
    {
        Refusal.Unless(!masked.TryGetValue(message.From, out var before) || before.Repeats(message), Second(message));
        var content = MaskedMessage.FromBytes(message.Payload);
        Refusal.Unless(content.SharersHash.AsSpan().SequenceEqual(MaskedMessage.HashOf(sessionId, dealt.Keys)), $"{sites.Name(message.From)} masked for other sites than those whose shares it was sent.");
        masked[message.From] = message;
        sum.Begin(message.From, content.VectorHash);
    }

    private void TakeConsistency(Envelope message)
    {
        CheckFirst(consistency, message);
        Refusal.Unless(message.Payload.AsSpan().SequenceEqual(ConsistencyMessage.ToBytes(masked.Keys)), $"{sites.Name(message.From)} signed other survivors than those it was sent.");
        consistency[message.From] = message;
    }

    private void TakeUnmask(Envelope message)
    {
        CheckFirst(unmask, message);
        var revealed = UnmaskMessage.FromBytes(message.Payload).Shares;
        Refusal.Unless(revealed.Select(r => r.Of).Order().SequenceEqual(dealt.Keys), $"{sites.Name(message.From)} must reveal one share of each of the {dealt.Count} sites that dealt some.");
        foreach (var share in revealed)
        {
            Refusal.Unless(share.IsSelf == masked.ContainsKey(share.Of), $"{sites.Name(message.From)} revealed the wrong kind of share of {sites.Name(share.Of)}.");
            Refusal.Unless(dealt[share.Of].Of(message.From, share.IsSelf).SequenceEqual(DealtShares.Hash(sessionId, share.Share)),
                $"{sites.Name(message.From)} sent a wrong share of {sites.Name(share.Of)}: it is not the one that was dealt.");
        }
        unmask[message.From] = message;
    }

    /// <summary>What was revealed, by whose secret it is a share of.</summary>
    private IEnumerable<RebuiltFrom> Revealed()
    {
        var all = unmask.Select(u => (Sender: u.Key, Shares: UnmaskMessage.FromBytes(u.Value.Payload).Shares.ToDictionary(s => s.Of))).ToList();
        return dealt.Keys.Select(of => new RebuiltFrom(of, masked.ContainsKey(of), KeysMessage.FromBytes(keys[of].Payload),
            [.. all.Select(a => (a.Sender, a.Shares[of].Share))]));
    }

    private void CheckTurn(Envelope message)
    {
        var (turn, to) = message.Kind switch
        {
            MessageKind.Keys => (ServerPhase.Keys, Envelope.Server),
            MessageKind.Share => (ServerPhase.Shares, message.To),
            MessageKind.Masked => (ServerPhase.MaskedInput, Envelope.Server),
            MessageKind.Consistency => (ServerPhase.Consistency, Envelope.Server),
            MessageKind.Unmask => (ServerPhase.Unmask, Envelope.Server),
            _ => throw Refusal.Of($"A message '{message.Kind}' came to the server, which is the one to send it."),
        };
        sites.Check(message, message.Kind, to);
        Refusal.Unless(turn == Phase, $"A message '{message.Kind}' of {sites.Name(message.From)} came in phase '{Phase}' and belongs to phase '{turn}'.");
        Refusal.Unless(expected.Contains(message.From), $"{sites.Name(message.From)} is no longer in this session: it takes part again in the next.");
        Refusal.Unless(time.GetUtcNow() < Deadline, $"A message '{message.Kind}' of {sites.Name(message.From)} came after the deadline of phase '{Phase}'.");
    }

    /// <summary>Whether this very message has had its effect.</summary>
    private bool WasTaken(Envelope message)
    {
        var before = message.Kind switch
        {
            MessageKind.Keys => keys.GetValueOrDefault(message.From),
            MessageKind.Share => shares.GetValueOrDefault(message.From)?.GetValueOrDefault(message.To),
            MessageKind.Masked => IsWhole(message.From) ? masked[message.From] : null,
            MessageKind.Consistency => consistency.GetValueOrDefault(message.From),
            MessageKind.Unmask => unmask.GetValueOrDefault(message.From),
            _ => null,
        };
        return before?.Repeats(message) == true;
    }

    private void CheckFirst(SortedDictionary<uint, Envelope> received, Envelope message) => Refusal.Unless(!received.ContainsKey(message.From), Second(message));

    private string Second(Envelope message) => $"{sites.Name(message.From)} sent a second '{message.Kind}' that differs from its first: one session has one.";

    private bool HasAnswered(uint id) => Phase switch
    {
        ServerPhase.Keys => keys.ContainsKey(id),
        ServerPhase.Shares => shares.TryGetValue(id, out var dealt) && dealt.Count == keys.Count,
        ServerPhase.MaskedInput => IsWhole(id),
        ServerPhase.Consistency => consistency.ContainsKey(id),
        ServerPhase.Unmask => unmask.ContainsKey(id),
        _ => true,
    };

    /// <summary>Whether a site's masked vector is in the sum to the last number.</summary>
    private bool IsWhole(uint id) => masked.ContainsKey(id) && !sum.IsUnderWay(id);

    private Envelope Send(MessageKind kind, uint to, byte[] payload) => identity.Send(sessionId, kind, Envelope.Server, to, payload);
}
