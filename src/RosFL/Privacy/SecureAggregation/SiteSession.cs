using System.Security.Cryptography;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>A site's masked vector: the signed hash, then the numbers as little-endian u64.</summary>
public sealed record MaskedInput(Envelope Header, ulong[] Vector);

/// <summary>The sum that a site has opened.</summary>
/// <param name="Sum">Weighted fixed-point integers; the summed weight is the last.</param>
/// <param name="Survivors">Certificate hashes of the sites whose inputs are in it, in roster order.</param>
/// <param name="TranscriptHash">Equal at every site.</param>
public sealed record OpenedSum(ulong[] Sum, IReadOnlyList<byte[]> Survivors, byte[] TranscriptHash);

/// <summary>
/// A site's side of one session: what it checks, answers and reveals, in the order that its <see cref="SiteTurn"/> keeps. A repeated message
/// is answered with what was answered before.
/// </summary>
/// <code>
/// Roster ► Keys, KeyList ► Share to each, ShareBox ► (Mask) Masked, Survivors ► Consistency, Agreement ► Unmask, Opened ► (Open)
/// </code>
public sealed class SiteSession(Identity identity, SessionTerms terms, SignedRounds signed, TimeProvider time) : IDisposable
{
    private readonly SiteTurn turn = new(time);
    private readonly KeyPair maskKey = KeyPair.Create(), channelKey = KeyPair.Create();
    private readonly byte[] selfSeed = RandomNumberGenerator.GetBytes(DealtShares.SecretLength), contribution = RandomNumberGenerator.GetBytes(DealtShares.SecretLength);
    private SortedDictionary<uint, Envelope> keyEnvelopes = [], masked = [];
    private readonly SortedDictionary<uint, KeysMessage> keys = [];
    private readonly SortedDictionary<uint, DealtShares> held = [];
    private readonly Dictionary<uint, byte[]> agreed = [];
    private Roster roster = null!;
    private byte[] sessionId = [], groupSeed = [];
    private Participants sites = null!;
    private PublicIdentity? server;
    private uint own;

    private SessionKeys Derived => new(sessionId, roster.Round);

    /// <summary>Takes one of the server's messages, except the last, and gives what to send.</summary>
    /// <exception cref="Runs.RosflException">The message is out of turn, late, or not what it must be; nothing is sent.</exception>
    public IReadOnlyList<Envelope> Receive(Envelope message)
    {
        if (turn.IsRepeated(message, hasSum: false)) return turn.RepliesTo(message.Kind);
        var replies = turn.OrStop<IReadOnlyList<Envelope>>(() => message.Kind switch
        {
            MessageKind.Roster => [Announce(message)],
            MessageKind.KeyList => DealShares(message),
            MessageKind.ShareBox => HoldShares(message),
            MessageKind.Survivors => [SignSurvivors(message)],
            _ => [Reveal(message)],
        });
        turn.Answered(message, replies);
        turn.Next(roster.PhaseTime);
        return replies;
    }

    /// <summary>Masks the site's weighted vector, in place and once.</summary>
    /// <exception cref="Runs.RosflException">The shares have not come yet, or the site has masked before.</exception>
    public MaskedInput Mask(ulong[] vector)
    {
        turn.CheckInput();
        return turn.OrStop(() =>
        {
            Refusal.Unless(vector.Length == roster.VectorLength, $"The site's vector has {vector.Length} numbers, the session's have {roster.VectorLength}.");
            Masking.Mask(vector, own, Derived, maskKey, held.Keys.ToDictionary(id => id, id => keys[id].Mask), selfSeed, groupSeed);
            var message = new MaskedMessage(MaskedMessage.HashOf(sessionId, held.Keys), GroupHash(), Transcript.HashOf(vector));
            var input = new MaskedInput(Send(MessageKind.Masked, Envelope.Server, message.ToBytes()), vector);
            turn.Next(roster.PhaseTime);
            return input;
        });
    }

    /// <summary>Takes message 6 with the blinded sum and opens it, in place.</summary>
    /// <exception cref="Runs.RosflException">The sum is not the one that the server signed, or the server saw another round.</exception>
    public OpenedSum Open(Envelope message, ulong[] blinded)
    {
        _ = turn.IsRepeated(message, hasSum: true);
        return turn.OrStop(() =>
        {
            CheckServer(message);
            var opened = OpenedMessage.FromBytes(message.Payload);
            var sumHash = Transcript.HashOf(blinded);
            Refusal.Unless(blinded.Length == roster.VectorLength && opened.SumHash.AsSpan().SequenceEqual(sumHash), "The blinded sum is not the one that the server signed.");
            Refusal.Unless(opened.Survivors == masked.Count, $"The server summed {opened.Survivors} sites, this site signed {masked.Count}.");
            var transcript = Transcript.Hash(sessionId, keyEnvelopes, masked, sumHash);
            Refusal.Unless(opened.TranscriptHash.AsSpan().SequenceEqual(transcript), "The server's transcript of the round differs from what this site saw.");
            Masking.RemoveBlind(blinded, masked.Count, Derived, groupSeed);
            turn.End(message);
            return new OpenedSum(blinded, [.. masked.Keys.Select(Fingerprint)], transcript);
        });
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(selfSeed);
        CryptographicOperations.ZeroMemory(contribution);
        CryptographicOperations.ZeroMemory(groupSeed);
        maskKey.Dispose();
        channelKey.Dispose();
        server?.Dispose();
        sites?.Dispose();
    }

    /// <summary>0 to 1: checks the roster and announces the session's keys.</summary>
    private Envelope Announce(Envelope message)
    {
        roster = Roster.FromBytes(message.Payload);
        sessionId = roster.SessionId();
        own = terms.Check(roster, identity.Fingerprint);
        server = new PublicIdentity(roster.ServerCertificate);
        Refusal.Unless(server.KeyHash == terms.Server, "The roster comes from another server than the study's aggregation server.");
        sites = new Participants(roster, sessionId);
        CheckServer(message);
        return Send(MessageKind.Keys, Envelope.Server, new KeysMessage(maskKey.Public, channelKey.Public, KeysMessage.Commit(selfSeed, sessionId)).ToBytes());
    }

    /// <summary>1 to 2: checks everyone's keys and deals shares of its own secrets.</summary>
    private Envelope[] DealShares(Envelope message)
    {
        CheckServer(message);
        keyEnvelopes = sites.CheckBundle(message.Payload, MessageKind.Keys, Envelope.Server);
        CheckQuorum(keyEnvelopes.Count, "have announced keys");
        var points = new HashSet<string>();
        foreach (var (id, envelope) in keyEnvelopes)
        {
            keys[id] = KeysMessage.FromBytes(envelope.Payload);
            foreach (var point in (byte[][])[keys[id].Mask, keys[id].Channel])
            {
                KeyPair.Check(point);
                Refusal.Unless(points.Add(Convert.ToHexString(point)), $"A key of {sites.Name(id)} occurs twice: each site makes its own.");
            }
        }
        Refusal.Unless(keyEnvelopes.TryGetValue(own, out var mine) && mine.Repeats(turn.RepliesTo(MessageKind.Roster)[0]), "The server's list does not hold the keys that this site sent.");

        uint[] ids = [.. keys.Keys];
        var maskShares = Shamir.Share(maskKey.Private(), roster.Threshold.Quorum, ids);
        var selfShares = Shamir.Share(selfSeed, roster.Threshold.Quorum, ids);
        return [.. ids.Select((id, i) => Send(MessageKind.Share, id, Sealed(id, new DealtShares(maskShares[i], selfShares[i], contribution)).ToBytes()))];
    }

    private ShareMessage Sealed(uint to, DealtShares shares) => new(
        SealedText.Seal(ChannelKey(own, to), shares.ToBytes(), Context(own, to)), DealtShares.Hash(sessionId, shares.Mask), DealtShares.Hash(sessionId, shares.Self));

    /// <summary>2: opens the shares dealt to this site and makes the group seed.</summary>
    private IReadOnlyList<Envelope> HoldShares(Envelope message)
    {
        CheckServer(message);
        var box = sites.CheckBundle(message.Payload, MessageKind.Share, own);
        CheckQuorum(box.Count, "have dealt shares");
        Refusal.Unless(box.ContainsKey(own), "The server's shares lack this site's own.");
        using var group = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (from, envelope) in box)
        {
            Refusal.Unless(keys.ContainsKey(from), $"Shares came from {sites.Name(from)}, which has announced no keys.");
            held[from] = Opened(from, ShareMessage.FromBytes(envelope.Payload));
            group.AppendData(new FieldWriter().Id(from).ToArray());
            group.AppendData(held[from].Contribution);
        }
        groupSeed = group.GetHashAndReset();
        return [];
    }

    private DealtShares Opened(uint from, ShareMessage message)
    {
        var text = SealedText.Open(ChannelKey(from, own), message.Ciphertext, Context(from, own));
        Refusal.Unless(text is not null, $"The shares of {sites.Name(from)} for {sites.Name(own)} cannot be decrypted: they were changed or are not for this site.");
        var shares = DealtShares.FromBytes(text!);
        Refusal.Unless(message.MaskShareHash.AsSpan().SequenceEqual(DealtShares.Hash(sessionId, shares.Mask)) && message.SelfShareHash.AsSpan().SequenceEqual(DealtShares.Hash(sessionId, shares.Self)),
            $"The shares of {sites.Name(from)} are not those whose hashes it signed.");
        return shares;
    }

    /// <summary>4: signs the survivors, once, after it is on disk that it does.</summary>
    private Envelope SignSurvivors(Envelope message)
    {
        CheckServer(message);
        masked = sites.CheckBundle(message.Payload, MessageKind.Masked, Envelope.Server);
        CheckQuorum(masked.Count, "have sent their masked input");
        Refusal.Unless(masked.ContainsKey(own), "This site's masked input came too late: the round goes on without it.");
        var (sharersHash, groupHash) = (MaskedMessage.HashOf(sessionId, held.Keys), GroupHash());
        foreach (var (id, envelope) in masked)
        {
            Refusal.Unless(held.ContainsKey(id), $"The survivors hold {sites.Name(id)}, which has dealt no shares.");
            var theirs = MaskedMessage.FromBytes(envelope.Payload);
            Refusal.Unless(theirs.SharersHash.AsSpan().SequenceEqual(sharersHash), $"{sites.Name(id)} and {sites.Name(own)} were told of different sharing sites: the server must not tell them apart.");
            Refusal.Unless(theirs.GroupHash.AsSpan().SequenceEqual(groupHash), $"{sites.Name(id)} and {sites.Name(own)} have different group seeds: one site dealt different parts of it.");
        }
        signed.Sign(identity.KeyHash, sessionId, roster.Study, roster.Round, masked.Keys.Select(id => sites[id].KeyHash));
        return Send(MessageKind.Consistency, Envelope.Server, ConsistencyMessage.ToBytes(masked.Keys));
    }

    /// <summary>5: with enough signatures under the same survivors, reveals one share of each site.</summary>
    private Envelope Reveal(Envelope message)
    {
        CheckServer(message);
        var survivors = ConsistencyMessage.ToBytes(masked.Keys);
        var signatures = sites.CheckBundle(message.Payload, MessageKind.Consistency, Envelope.Server);
        foreach (var (id, envelope) in signatures)
            Refusal.Unless(masked.ContainsKey(id) && envelope.Payload.AsSpan().SequenceEqual(survivors), $"{sites.Name(id)} has signed other survivors than {sites.Name(own)}: the server told them apart.");
        CheckQuorum(signatures.Count, "have signed these survivors");
        signed.Reveal(identity.KeyHash, sessionId);
        // one kind of share for each site, by a set that cannot change any more
        return Send(MessageKind.Unmask, Envelope.Server, new UnmaskMessage([.. held.Select(h => masked.ContainsKey(h.Key)
            ? new RevealedShare(h.Key, IsSelf: true, h.Value.Self)
            : new RevealedShare(h.Key, IsSelf: false, h.Value.Mask))]).ToBytes());
    }

    private void CheckServer(Envelope message) => Refusal.Unless(
        message.From == Envelope.Server && message.To == own && server!.Verifies(sessionId, message), $"The message '{message.Kind}' is not signed by the study's aggregation server for this site and session.");

    private void CheckQuorum(int count, string done) => Refusal.Unless(count >= roster.Threshold.Quorum, $"{count} sites {done}; {roster.Threshold.Quorum} are needed.");

    private Envelope Send(MessageKind kind, uint to, byte[] payload) => identity.Send(sessionId, kind, own, to, payload);

    private byte[] ChannelKey(uint from, uint to)
    {
        var peer = from == own ? to : from;
        var common = agreed.TryGetValue(peer, out var known) ? known : agreed[peer] = channelKey.Agree(keys[peer].Channel);
        return Derived.Channel(common, from, to);
    }

    private byte[] Context(uint from, uint to) => [.. sessionId, .. new FieldWriter().Id(from).Id(to).ToArray()];

    private byte[] GroupHash() => SHA256.HashData([.. sessionId, .. groupSeed]);

    private byte[] Fingerprint(uint id) => SHA256.HashData(roster.Sites[(int)id - 1].Certificate);
}
