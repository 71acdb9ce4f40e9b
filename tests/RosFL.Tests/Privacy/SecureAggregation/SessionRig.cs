using System.Security.Cryptography;
using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>A whole session in one process: real state machines, a clock in the test's hand, and a post that may lose, repeat and change messages.</summary>
internal sealed class SessionRig : IDisposable
{
    public const int VectorLength = 6;
    private static readonly List<Identity> Known = [];
    private static readonly Identity ServerIdentity = Identity.SelfSigned("aggregation server", TimeProvider.System);
    private readonly SignedRounds signed;
    private readonly bool ownsSigned;

    public SessionRig(int sites, Adversary adversary, SignedRounds? signedBefore = null, Func<SessionTerms, SessionTerms>? terms = null, Func<Roster, Roster>? change = null)
        : this(sites, new Threshold(sites, adversary), signedBefore, terms, change)
    {
    }

    /// <param name="whole">Of the study, whose first <paramref name="sites"/> are in the session.</param>
    public SessionRig(int sites, Threshold whole, SignedRounds? signedBefore = null, Func<SessionTerms, SessionTerms>? terms = null, Func<Roster, Roster>? change = null)
    {
        (signed, ownsSigned) = (signedBefore ?? SignedRounds.Open(":memory:"), signedBefore is null);
        var identities = Identities(sites);
        Roster = NewRoster(identities, whole.Among(sites));
        Server = new ServerSession(ServerIdentity, change is null ? Roster : change(Roster), Time, NewJournal);
        var approved = identities.Select(i => i.KeyHash).ToHashSet();
        var known = new SessionTerms
        {
            Study = Roster.Study,
            ManifestHash = Roster.ManifestHash,
            Round = Roster.Round,
            GlobalHash = Roster.GlobalHash,
            Threshold = whole,
            VectorLength = VectorLength,
            Approved = approved,
            Server = ServerIdentity.KeyHash,
        };
        foreach (var site in Roster.Sites)
            Sites[site.Id] = new(identities.Single(i => i.Certificate == site.Certificate), terms is null ? known : terms(known), signed, Time);
    }

    public ManualTime Time { get; } = new();

    public Roster Roster { get; }

    public ServerSession Server { get; }

    public SortedDictionary<uint, SiteSession> Sites { get; } = [];

    /// <summary>Whether a site is gone before it sends a message of its own.</summary>
    public Func<uint, MessageKind, bool> IsGone { get; set; } = (_, _) => false;

    /// <summary>The post's way with a message: what arrives in its place, or nothing.</summary>
    public Func<Envelope, IEnumerable<Envelope>> Post { get; set; } = message => [message];

    /// <summary>A site's weighted vector.</summary>
    public Func<uint, ulong[]> InputOf { get; set; } = Input;

    /// <summary>Numbers of a masked vector that a site sends before it breaks off; null for all.</summary>
    public Func<uint, int?> BreaksOffAt { get; set; } = _ => null;

    /// <summary>What a site sends in place of the vector that it signed.</summary>
    public Func<uint, ulong[], ulong[]> ChangeVector { get; set; } = (_, vector) => vector;

    /// <summary>By site and kind of secret, who has revealed a share of it.</summary>
    public Dictionary<(uint Of, bool IsSelf), HashSet<uint>> Revealed { get; } = [];

    public Dictionary<uint, MaskedInput> Masked { get; } = [];

    /// <summary>Where the server wrote down uploads, in the order in which they began.</summary>
    public List<Stream> Journals { get; } = [];

    public Dictionary<uint, OpenedSum> Opened { get; } = [];

    /// <summary>What sites refused, by site.</summary>
    public Dictionary<uint, string> Refused { get; } = [];

    public List<string> ServerRefused { get; } = [];

    /// <summary>Why the session failed; null when the sum was opened.</summary>
    public string? Failure { get; private set; }

    /// <summary>Runs the session to its end.</summary>
    public SessionRig Run()
    {
        var inbox = Server.Begin();
        while (true)
        {
            foreach (var message in inbox.SelectMany(Post).ToList()) Deliver(message);
            if (Server.Phase == ServerPhase.Opened) return this;
            if (Server.Awaited.Count > 0) Time.Advance(Roster.PhaseTime);
            try
            {
                inbox = Server.Close();
            }
            catch (RosflException error)
            {
                Failure = error.Message;
                return this;
            }
        }
    }

    /// <summary>The message with the signature that the server would put under it.</summary>
    public Envelope Sign(Envelope message) => Signed(ServerIdentity, message);

    /// <summary>The message with the signature that a site would put under it.</summary>
    public Envelope SignAs(uint site, Envelope message) => Signed(Identities(Roster.Sites.Count).Single(i => i.Certificate == Roster.Sites[(int)site - 1].Certificate), message);

    /// <summary>A site's weighted vector, the same whenever it is asked for.</summary>
    public static ulong[] Input(uint site)
    {
        long clipped = 0, weight = 10 + 7 * site;
        return [.. Enumerable.Range(0, VectorLength - 1).Select(k => (ulong)(weight * FixedPoint.Encode(MathF.Sin(site * 31 + k) * 3, FixedPoint.Bound, "w", ref clipped))), (ulong)weight];
    }

    public static ulong[] PlainSum(IEnumerable<uint> sites) => sites.Select(Input).Aggregate((a, b) => [.. a.Zip(b, (x, y) => unchecked(x + y))]);

    public uint IdOf(byte[] fingerprint) => Roster.Sites.Single(s => SHA256.HashData(s.Certificate).AsSpan().SequenceEqual(fingerprint)).Id;

    /// <summary>
    /// What must hold whatever happened: sites that opened have the plain sum of the survivors; where the session failed no one has any; no
    /// honest site gave both kinds of share of one secret's owner, and the server never got enough of both.
    /// </summary>
    public void AssertSumOrNothing()
    {
        if (Failure is not null) Assert.Empty(Opened);
        if (Failure is not null) Assert.Null(Server.BlindedSum);
        foreach (var opened in Opened.Values)
        {
            Assert.Equal(PlainSum(opened.Survivors.Select(IdOf)), opened.Sum);
            Assert.Equal(Opened.Values.First().TranscriptHash, opened.TranscriptHash);
            Assert.InRange(opened.Survivors.Count, Roster.Threshold.Quorum, Roster.Sites.Count);
        }
        foreach (var id in Sites.Keys)
        {
            var (self, mask) = (Revealed.GetValueOrDefault((id, true), []), Revealed.GetValueOrDefault((id, false), []));
            Assert.Empty(self.Intersect(mask));
            Assert.False(self.Count >= Roster.Threshold.Quorum && mask.Count >= Roster.Threshold.Quorum);
        }
    }

    public void Dispose()
    {
        foreach (var site in Sites.Values) site.Dispose();
        Server.Dispose();
        if (ownsSigned) signed.Dispose();
    }

    /// <summary>Identities are costly to make and sessions never change them.</summary>
    public static IReadOnlyList<Identity> Identities(int count)
    {
        lock (Known)
        {
            while (Known.Count < count) Known.Add(Identity.SelfSigned($"site-{Known.Count}", TimeProvider.System));
            return Known[..count];
        }
    }

    public static Roster NewRoster(IReadOnlyList<Identity> identities, Threshold threshold, int round = 7) => new()
    {
        Study = "vessels",
        ManifestHash = SHA256.HashData("manifest"u8),
        Round = round,
        GlobalHash = SHA256.HashData("global"u8),
        Nonce = RandomNumberGenerator.GetBytes(32),
        Threshold = threshold,
        VectorLength = VectorLength,
        PhaseTime = TimeSpan.FromMinutes(1),
        ServerCertificate = ServerIdentity.Certificate,
        Sites = Roster.Numbered(identities.Select(i => i.Certificate)),
    };

    private MemoryStream NewJournal()
    {
        var journal = new MemoryStream();
        Journals.Add(journal);
        return journal;
    }

    private Envelope Signed(Identity identity, Envelope m) => identity.Send(Roster.SessionId(), m.Kind, m.From, m.To, m.Payload);

    private void Deliver(Envelope message)
    {
        var site = Sites[message.To];
        if (Refused.ContainsKey(message.To) || IsGone(message.To, Reply(message.Kind))) return;
        try
        {
            if (message.Kind == MessageKind.Opened)
            {
                Opened[message.To] = site.Open(message, [.. Server.BlindedSum!]);
                return;
            }
            var replies = site.Receive(message);
            foreach (var reply in replies) NoteRevealed(reply);
            if (message.Kind == MessageKind.ShareBox) SendMasked(Masked.TryGetValue(message.To, out var before) ? before : Masked[message.To] = site.Mask(InputOf(message.To)));
            foreach (var reply in replies.SelectMany(Post)) ToServer(() => Server.Receive(reply));
        }
        catch (RosflException refusal) when (refusal.Code == ExitCode.SecureAggregation)
        {
            Refused[message.To] = refusal.Message;
        }
    }

    private void SendMasked(MaskedInput input)
    {
        foreach (var header in Post(input.Header))
            ToServer(() =>
            {
                Server.Receive(header);
                if (header.Kind != MessageKind.Masked) return; // came late
                var (vector, end) = (ChangeVector(header.From, Masked[header.From].Vector), BreaksOffAt(header.From) ?? input.Vector.Length);
                for (var at = 0; at < end; at += 4) Server.Receive(header.From, vector.AsSpan(at, Math.Min(4, end - at)));
            });
    }

    private void ToServer(Action receive)
    {
        try
        {
            receive();
        }
        catch (RosflException refusal) when (refusal.Code == ExitCode.SecureAggregation)
        {
            ServerRefused.Add(refusal.Message);
        }
    }

    private void NoteRevealed(Envelope message)
    {
        if (message.Kind != MessageKind.Unmask) return;
        foreach (var share in UnmaskMessage.FromBytes(message.Payload).Shares)
        {
            if (!Revealed.TryGetValue((share.Of, share.IsSelf), out var by)) Revealed[(share.Of, share.IsSelf)] = by = [];
            by.Add(message.From);
        }
    }

    private static MessageKind Reply(MessageKind kind) => kind switch
    {
        MessageKind.Roster => MessageKind.Keys,
        MessageKind.KeyList => MessageKind.Share,
        MessageKind.ShareBox => MessageKind.Masked,
        MessageKind.Survivors => MessageKind.Consistency,
        MessageKind.Agreement => MessageKind.Unmask,
        _ => kind,
    };
}
