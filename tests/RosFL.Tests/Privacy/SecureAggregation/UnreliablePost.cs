using RosFL.Privacy.SecureAggregation;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>A post that loses messages, repeats them, and delays them: what is late comes behind a later message the same way, of its own phase or of the next.</summary>
/// <param name="loses">Share of the messages that never arrive.</param>
internal sealed class UnreliablePost(Random random, double loses)
{
    private readonly List<Envelope> toSites = [], toServer = [];

    /// <summary>What arrives when a message is sent.</summary>
    public IEnumerable<Envelope> Deliver(Envelope message)
    {
        if (random.NextDouble() < loses) return [];
        var late = message.From == Envelope.Server ? toSites : toServer;
        var (isLate, isRepeated) = (random.Next(20) == 0, random.Next(20) == 0);
        Envelope[] arrives = [.. isLate ? [] : new[] { message }, .. late];
        late.Clear();
        if (isLate || isRepeated) late.Add(message);
        return arrives;
    }
}
