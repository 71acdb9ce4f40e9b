using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>
/// The orders that this process of the server gave a site, and what of the site's messages belongs to one that is open. A message that came again or too late
/// belongs to none; one that could never have been legal is refused. For one thread at a time.
/// </summary>
internal sealed class GivenOrders(string study, string site)
{
    private readonly SortedDictionary<long, PendingCommand> open = [];
    private readonly HashSet<long> told = [];
    private RoundKey furthest = new(study, 0, 0);
    private long newest;

    /// <summary>In the order in which they were given.</summary>
    public IReadOnlyList<PendingCommand> Open => [.. open.Values];

    /// <summary>Where the study stands for the site: the furthest attempt of which it was told, and the step that is due there.</summary>
    public Position Stand => At(furthest, open.Values.FirstOrDefault(o => o.Command.Train is not null && o.At.Key() == furthest)?.NextStep ?? 0);

    /// <param name="of">The attempt to which the order belongs; null where it belongs to none.</param>
    public PendingCommand Give(SiteCommand command, IReadOnlyList<NamedArray> arrays, RoundKey? of) => open[newest + 1] = Number(command, arrays, of);

    /// <summary>An order for whose answer nobody waits.</summary>
    public PendingCommand Tell(SiteCommand command, RoundKey? of)
    {
        told.Add(newest + 1);
        return Number(command, [], of);
    }

    /// <summary>The order is answered, or given up.</summary>
    public void Close(PendingCommand order) => open.Remove(order.Command.Number);

    /// <summary>The order that a reply answers; null where there is none any more.</summary>
    /// <exception cref="RosflException">Such a reply could never have been legal.</exception>
    public PendingCommand? Answered(Position at, SiteReply reply)
    {
        RequireBegun(at);
        if (reply.Command < 1 || reply.Command > newest) throw Refused($"answered order {reply.Command}, and {newest} is the newest");
        if (!open.TryGetValue(reply.Command, out var order)) return null;
        if (at.Key() != order.At.Key()) throw Refused($"answered order {reply.Command} as one of {at.Key()}, and it is of {order.At.Key()}");
        if (reply.ContentCase != order.Due && reply.ContentCase != SiteReply.ContentOneofCase.Failure)
            throw Refused($"answered order {reply.Command} with {reply.ContentCase} where {order.Due} is due");
        return order;
    }

    /// <summary>Whether nobody waits for the answer to an order; true once.</summary>
    public bool IsTold(long number) => told.Remove(number);

    /// <summary>The order to train whose next step this is; null where there is none any more, or where the step was shown before. Steps may be lost on their way.</summary>
    /// <exception cref="RosflException">Such a step could never have been legal.</exception>
    public PendingCommand? Stepped(Position at, int stepsPerRound)
    {
        RequireBegun(at);
        if (at.Step < 0 || at.Step >= stepsPerRound) throw Refused($"sent step {at.Step} of {at.Key()}, and its rounds have steps 0 to {stepsPerRound - 1}");
        return open.Values.FirstOrDefault(o => o.Command.Train is not null && o.At.Key() == at.Key() && at.Step >= o.NextStep);
    }

    /// <summary>What the site is told of a message that came again or too late.</summary>
    public ServerMessage StandingAfter(string what)
    {
        var waiting = open.Count == 0 ? "for no answer" : $"for the answer to order {string.Join(", ", open.Keys)}";
        return new()
        {
            Position = Stand,
            Standing = new() { Sentence = $"{what} of site '{site}' came again or too late: the server stands at {furthest}, and waits {waiting}.", Newest = newest, Open = { open.Keys } },
        };
    }

    private PendingCommand Number(SiteCommand command, IReadOnlyList<NamedArray> arrays, RoundKey? of)
    {
        command.Number = ++newest;
        if (of is not null && IsBeyond(of)) furthest = of;
        return new(of is null ? Stand : At(of, 0), command, arrays);
    }

    private Position At(RoundKey key, int step) => new() { Study = study, Site = site, Round = key.Round, Attempt = key.Attempt, Step = step };

    private bool IsBeyond(RoundKey key) => (key.Round, key.Attempt).CompareTo((furthest.Round, furthest.Attempt)) > 0;

    private void RequireBegun(Position at)
    {
        if (IsBeyond(at.Key())) throw Refused($"sent a message of {at.Key()}, and the server stands at {furthest}");
    }

    private RosflException Refused(string what) => new(ExitCode.Protocol, $"Site '{site}' {what}: update its program.");
}
