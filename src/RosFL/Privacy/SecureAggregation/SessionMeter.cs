using System.Collections.Concurrent;

namespace RosFL.Privacy.SecureAggregation;

/// <summary>Counts the bytes of a session by the number of the site that sends or receives them, without its masked vector and the sum.</summary>
public sealed class SessionMeter
{
    private readonly ConcurrentDictionary<uint, SessionBytes> bytes = [];

    public SessionBytes Of(uint site) => bytes.GetValueOrDefault(site, new(0, 0));

    public void Sent(uint site, long count) => Add(site, new(count, 0));

    public void Received(uint site, long count) => Add(site, new(0, count));

    private void Add(uint site, SessionBytes more) => bytes.AddOrUpdate(site, more, (_, before) => new(before.Up + more.Up, before.Down + more.Down));
}
