using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using RosFL.Privacy.SecureAggregation;

namespace RosFL.Bench;

/// <summary>One session of real state machines, its time and bytes booked to the party that spends them.</summary>
/// <param name="dropped">Sites that go away before they send their masked input.</param>
internal sealed class SessionCost(Identity server, IReadOnlyList<Identity> identities, int dropped, int vectorLength)
{
    private const int ChunkNumbers = 1 << 15;
    private readonly CpuClock siteClock = new(), serverClock = new();
    private readonly SteppedTime time = new();
    private long sent, received;

    /// <summary>Of one site, on average.</summary>
    public double SiteMs => siteClock.Total.TotalMilliseconds / identities.Count;

    public double ServerMs => serverClock.Total.TotalMilliseconds;

    public double SiteSends => (double)sent / identities.Count;

    public double SiteReceives => (double)received / identities.Count;

    /// <summary>A whole session.</summary>
    public void Run() => Played(ServerPhase.Opened).Dispose();

    /// <summary>Managed bytes that the server keeps when a phase's messages are all in.</summary>
    public double ServerHolds(ServerPhase phase)
    {
        var empty = GC.GetTotalMemory(forceFullCollection: true);
        using var coordinator = Played(phase);
        return GC.GetTotalMemory(forceFullCollection: true) - empty;
    }

    /// <summary>The server when a phase's messages are all in; the sites and their messages are gone with this method's frame.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ServerSession Played(ServerPhase until)
    {
        using var signed = SignedRounds.Open(":memory:");
        var roster = NewRoster();
        var sites = roster.Sites.ToDictionary(r => r.Id, r => new SiteSession(identities.Single(i => i.Certificate == r.Certificate), TermsOf(roster), signed, time));
        var coordinator = new ServerSession(server, roster, time);
        var inbox = Clocked(serverClock, coordinator.Begin);
        while (true)
        {
            foreach (var message in inbox) Exchange(coordinator, sites[message.To], message);
            if (coordinator.Awaited.Count > 0) time.Advance(roster.PhaseTime);
            if (coordinator.Phase == until) break;
            inbox = Clocked(serverClock, coordinator.Close);
        }
        foreach (var site in sites.Values) site.Dispose();
        return coordinator;
    }

    private Roster NewRoster() => new()
    {
        Study = "bench",
        ManifestHash = new byte[32],
        Round = 1,
        GlobalHash = new byte[32],
        Nonce = RandomNumberGenerator.GetBytes(32),
        Threshold = new Threshold(identities.Count, Adversary.Malicious).Among(identities.Count),
        VectorLength = vectorLength,
        PhaseTime = TimeSpan.FromMinutes(1),
        ServerCertificate = server.Certificate,
        Sites = Roster.Numbered(identities.Select(i => i.Certificate)),
    };

    private SessionTerms TermsOf(Roster roster) => new()
    {
        Study = roster.Study,
        ManifestHash = roster.ManifestHash,
        Round = roster.Round,
        GlobalHash = roster.GlobalHash,
        Threshold = roster.Threshold,
        VectorLength = vectorLength,
        Approved = identities.Select(i => i.KeyHash).ToHashSet(),
        Server = server.KeyHash,
    };

    private void Exchange(ServerSession coordinator, SiteSession site, Envelope message)
    {
        received += message.ToBytes().Length;
        if (message.Kind == MessageKind.Opened)
        {
            received += 8L * vectorLength;
            Clocked(siteClock, () => site.Open(message, [.. coordinator.BlindedSum!]));
            return;
        }
        var replies = Clocked(siteClock, () => site.Receive(message));
        sent += replies.Sum(r => (long)r.ToBytes().Length);
        foreach (var reply in replies) Clocked(serverClock, () => coordinator.Receive(reply));
        if (message.Kind != MessageKind.ShareBox || message.To <= dropped) return;
        var masked = Clocked(siteClock, () => site.Mask(new ulong[vectorLength]));
        sent += masked.Header.ToBytes().Length + 8L * vectorLength;
        Clocked(serverClock, () => Upload(coordinator, masked));
    }

    private static void Upload(ServerSession coordinator, MaskedInput masked)
    {
        coordinator.Receive(masked.Header);
        for (var at = 0; at < masked.Vector.Length; at += ChunkNumbers)
            coordinator.Receive(masked.Header.From, masked.Vector.AsSpan(at, Math.Min(ChunkNumbers, masked.Vector.Length - at)));
    }

    private static T Clocked<T>(CpuClock clock, Func<T> work)
    {
        var before = CpuClock.Now;
        var result = work();
        clock.Total += CpuClock.Now - before;
        return result;
    }

    private static void Clocked(CpuClock clock, Action work) => Clocked(clock, () =>
    {
        work();
        return 0;
    });

    private sealed class SteppedTime : TimeProvider
    {
        private DateTimeOffset now = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => now;

        public void Advance(TimeSpan by) => now += by;
    }
}
