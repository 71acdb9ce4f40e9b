namespace RosFL.Privacy.SecureAggregation;

/// <summary>A session whose server and sites live in one process: the real state machines, and method calls in place of a network.</summary>
public sealed class LocalSession(Identity server, IReadOnlyList<Identity> sites, SignedRounds signed, TimeProvider time)
{
    private const int ChunkNumbers = 1 << 15;

    /// <summary>Of the session that was run.</summary>
    public SessionMeter Meter { get; } = new();

    /// <summary>Runs a whole session; nobody drops out.</summary>
    /// <param name="input">The weighted vector of the site at a position; it is masked in place.</param>
    /// <param name="opened">What the site makes of the opened sum.</param>
    public IReadOnlyList<T> Run<T>(Roster roster, SessionTerms terms, Func<int, ulong[]> input, Func<int, OpenedSum, T> opened)
    {
        using var coordinator = new ServerSession(server, roster, time);
        var ids = sites.Select(s => roster.IdOf(s.Certificate)).ToList();
        var sessions = sites.Select((s, i) => (Id: ids[i], Session: new SiteSession(s, terms, signed, time))).ToDictionary(s => s.Id, s => s.Session);
        try
        {
            var inbox = coordinator.Begin();
            while (true)
            {
                foreach (var message in inbox) Exchange(coordinator, sessions[message.To], message, () => input(ids.IndexOf(message.To)));
                inbox = coordinator.Close();
                if (coordinator.BlindedSum is not { } sum) continue;
                var last = inbox.ToDictionary(m => m.To);
                foreach (var message in inbox) Meter.Received(message.To, message.ToBytes().Length);
                return [.. ids.Select((id, i) => opened(i, sessions[id].Open(last[id], [.. sum])))];
            }
        }
        finally
        {
            foreach (var session in sessions.Values) session.Dispose();
        }
    }

    private void Exchange(ServerSession coordinator, SiteSession site, Envelope message, Func<ulong[]> input)
    {
        Meter.Received(message.To, message.ToBytes().Length);
        foreach (var reply in site.Receive(message)) Deliver(coordinator, reply);
        if (message.Kind != MessageKind.ShareBox) return;
        var masked = site.Mask(input());
        Deliver(coordinator, masked.Header);
        for (var at = 0; at < masked.Vector.Length; at += ChunkNumbers)
            coordinator.Receive(masked.Header.From, masked.Vector.AsSpan(at, Math.Min(ChunkNumbers, masked.Vector.Length - at)));
    }

    private void Deliver(ServerSession coordinator, Envelope reply)
    {
        Meter.Sent(reply.From, reply.ToBytes().Length);
        coordinator.Receive(reply);
    }
}
