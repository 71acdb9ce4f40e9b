namespace RosFL.Privacy.SecureAggregation;

/// <summary>
/// What a site waits for in one session. It moves in one direction, knows a message that was answered, refuses everything else that is out of
/// turn, and stops for good at the first thing that is wrong.
/// </summary>
internal sealed class SiteTurn(TimeProvider time)
{
    private enum Phase { Roster, Keys, Shares, Input, Survivors, Agreement, Sum, Done, Stopped }

    private readonly Dictionary<MessageKind, (Envelope Question, IReadOnlyList<Envelope> Replies)> answered = [];
    private Phase phase;
    private DateTimeOffset deadline = DateTimeOffset.MaxValue;

    /// <summary>What was sent for the message of a kind.</summary>
    public IReadOnlyList<Envelope> RepliesTo(MessageKind kind) => answered[kind].Replies;

    /// <summary>Whether this very message came before; one that is out of turn, or differs from the first of its kind, is refused and changes nothing.</summary>
    public bool IsRepeated(Envelope message, bool hasSum)
    {
        CheckGoing();
        Refusal.Unless(hasSum == (message.Kind == MessageKind.Opened), $"A message '{message.Kind}' came {(hasSum ? "with" : "without")} a blinded sum.");
        if (answered.TryGetValue(message.Kind, out var before))
        {
            Refusal.Unless(before.Question.Repeats(message), $"The server sent a second '{message.Kind}' that differs from the first: one session has one.");
            return true;
        }
        CheckKind(message);
        CheckTime();
        return false;
    }

    /// <summary>That the site's own input is due.</summary>
    public void CheckInput()
    {
        CheckGoing();
        Refusal.Unless(phase == Phase.Input, phase < Phase.Input ? "The other sites' shares have not come yet: nothing is masked before." : "This site has masked its vector in this session: two would show their difference.");
        CheckTime();
    }

    /// <summary>Takes a step; one that fails is the session's last.</summary>
    public T OrStop<T>(Func<T> step)
    {
        var completed = false;
        try
        {
            var result = step();
            completed = true;
            return result;
        }
        finally
        {
            if (!completed) phase = Phase.Stopped;
        }
    }

    public void Answered(Envelope message, IReadOnlyList<Envelope> replies) => answered[message.Kind] = (message, replies);

    /// <summary>The next phase; the server waits at most one phase's time for the slowest site, so a site waits for two.</summary>
    public void Next(TimeSpan phaseTime)
    {
        phase++;
        deadline = time.GetUtcNow() + 2 * phaseTime;
    }

    /// <summary>The sum is opened; it may be again, by the same message.</summary>
    public void End(Envelope message)
    {
        Answered(message, []);
        phase = Phase.Done;
    }

    private void CheckKind(Envelope message)
    {
        var awaited = phase switch
        {
            Phase.Roster => MessageKind.Roster,
            Phase.Keys => MessageKind.KeyList,
            Phase.Shares => MessageKind.ShareBox,
            Phase.Survivors => MessageKind.Survivors,
            Phase.Agreement => MessageKind.Agreement,
            Phase.Sum => MessageKind.Opened,
            _ => (MessageKind?)null,
        };
        Refusal.Unless(message.Kind == awaited, $"A message '{message.Kind}' came while this site waits for {(awaited is { } kind ? $"'{kind}'" : phase == Phase.Input ? "its own input" : "nothing more")}.");
    }

    private void CheckGoing() => Refusal.Unless(phase != Phase.Stopped, "This site has stopped the session: a new one is needed.");

    private void CheckTime() => Refusal.Unless(time.GetUtcNow() <= deadline, $"The server was silent beyond the deadline of phase '{phase}': the session is over.");
}
