namespace RosFL.Privacy.SecureAggregation;

/// <summary>The sites of one session by id, and the one place where their signatures are checked.</summary>
internal sealed class Participants : IDisposable
{
    private readonly byte[] sessionId;
    private readonly SortedDictionary<uint, PublicIdentity> sites = [];

    public Participants(Roster roster, byte[] sessionId)
    {
        this.sessionId = sessionId;
        foreach (var site in roster.Sites) sites[site.Id] = new(site.Certificate);
    }

    public IReadOnlyCollection<uint> Ids => sites.Keys;

    public PublicIdentity this[uint id] => sites[id];

    public string Name(uint id) => sites.TryGetValue(id, out var site) ? $"site '{site.Name}' ({id})" : $"site {id}";

    public string Names(IEnumerable<uint> ids) => string.Join(", ", ids.Select(Name));

    /// <summary>That a message is of the kind, for the receiver, from a rostered site and signed by it.</summary>
    public void Check(Envelope message, MessageKind kind, uint to)
    {
        Refusal.Unless(sites.ContainsKey(message.From), $"A message '{message.Kind}' comes from site {message.From}, which is not in the roster of {sites.Count}.");
        Refusal.Unless(message.Kind == kind && message.To == to,
            $"A message '{message.Kind}' of {Name(message.From)} to {message.To} came where one of kind '{kind}' to {to} belongs.");
        Refusal.Unless(sites[message.From].Verifies(sessionId, message), $"The signature of {Name(message.From)} under its message '{message.Kind}' is wrong.");
    }

    /// <summary>Checks each message of a bundle and that no site is in it twice; gives them by sender.</summary>
    public SortedDictionary<uint, Envelope> CheckBundle(byte[] payload, MessageKind kind, uint to)
    {
        var bySender = new SortedDictionary<uint, Envelope>();
        foreach (var message in Bundle.Read(payload))
        {
            Check(message, kind, to);
            Refusal.Unless(bySender.TryAdd(message.From, message), $"Two messages '{kind}' of {Name(message.From)} came where each site sends one.");
        }
        return bySender;
    }

    public void Dispose()
    {
        foreach (var site in sites.Values) site.Dispose();
    }
}
