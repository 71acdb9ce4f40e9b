using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>
/// Commands to a site that comes and goes: numbered, kept until they are answered, and given again to a site that comes back. A site whose
/// process is another one has lost what it was doing: its training is redone.
/// </summary>
/// <param name="patience">A site that gives no sign for so long is gone.</param>
internal sealed class SiteCommands(string study, string name, TimeSpan patience, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly GivenOrders orders = new(study, name);
    private TaskCompletionSource here = NewEvent(), left = NewEvent();
    private SiteSession? session;
    private string process = "";
    private long lastSign;

    public bool IsHere
    {
        get { lock (gate) return session is not null; }
    }

    /// <summary>Ends when the site leaves; null where it is away.</summary>
    public Task? Leaving
    {
        get { lock (gate) return session is null ? null : left.Task; }
    }

    /// <summary>Where the study stands for the site.</summary>
    public Position Stand
    {
        get { lock (gate) return orders.Stand; }
    }

    public Task HereAsync(CancellationToken cancellation)
    {
        lock (gate) return here.Task.WaitAsync(cancellation);
    }

    /// <summary>A new stream of the site takes the place of an older one.</summary>
    public void Attach(SiteSession coming, string comingProcess)
    {
        lock (gate)
        {
            session?.End();
            session = coming;
            lastSign = time.GetTimestamp();
            if (process != comingProcess)
                foreach (var order in orders.Open.Where(o => o.IsOfAProcess && o.IsSent)) Lose(order);
            process = comingProcess;
            foreach (var order in orders.Open) Send(order);
            left = NewEvent();
            here.TrySetResult();
        }
    }

    public void Detach(SiteSession going)
    {
        lock (gate)
        {
            if (session != going) return;
            session = null;
            here = NewEvent();
            left.TrySetResult();
        }
    }

    /// <summary>Looks at a reply before what follows it is read.</summary>
    /// <exception cref="RosflException">Such a reply could never have been legal.</exception>
    public void Check(Position at, SiteReply reply)
    {
        lock (gate) orders.Answered(at, reply);
    }

    /// <summary>Takes an answer.</summary>
    /// <returns>Why it was not taken, as the site is told; null where it was.</returns>
    public string? Answer(Position at, SiteAnswer answer)
    {
        lock (gate)
        {
            if (orders.Answered(at, answer.Reply) is not { } order)
                return orders.IsTold(answer.Reply.Command) ? null : Refuse($"The answer to order {answer.Reply.Command}");
            lastSign = time.GetTimestamp();
            orders.Close(order);
            order.Done.TrySetResult(answer);
            return null;
        }
    }

    /// <summary>Takes a step, by which the site shows that it works on what it was told.</summary>
    /// <returns>Why it was not taken, as the site is told; null where it was.</returns>
    public string? Step(Position at, int stepsPerRound)
    {
        lock (gate)
        {
            if (orders.Stepped(at, stepsPerRound) is not { } order) return Refuse($"Step {at.Step} ({at.Key()})");
            lastSign = time.GetTimestamp();
            order.NextStep = at.Step + 1;
            return null;
        }
    }

    /// <summary>Gives a command for whose answer nobody waits, if the site is here.</summary>
    /// <param name="of">The attempt to which it belongs; null where it belongs to none.</param>
    public void Tell(SiteCommand command, RoundKey? of)
    {
        lock (gate) session?.Send(orders.Tell(command, of).Message);
    }

    /// <summary>Gives a command and waits for its answer, however often the site comes and goes.</summary>
    /// <param name="of">The attempt to which it belongs; null where it belongs to none.</param>
    public async Task<SiteAnswer> AskAsync(SiteCommand command, IReadOnlyList<NamedArray> arrays, RoundKey? of, CancellationToken cancellation)
    {
        PendingCommand order;
        lock (gate)
        {
            lastSign = time.GetTimestamp();
            order = orders.Give(command, arrays, of);
            Send(order);
        }
        try
        {
            var answer = await WithPatienceAsync(order, cancellation);
            return answer.Reply.ContentCase == SiteReply.ContentOneofCase.Failure ? throw SiteFailures.From(name, answer.Reply.Failure) : answer;
        }
        finally
        {
            lock (gate) orders.Close(order);
        }
    }

    private void Send(PendingCommand order)
    {
        if (session is null) return;
        order.IsSent = true;
        session.Send(order.Message);
    }

    private void Lose(PendingCommand order)
    {
        orders.Close(order);
        order.Done.TrySetException(new SiteLostException(name, isGone: false, $"Site '{name}' came back without its work in round {order.At.Round + 1}."));
    }

    private string Refuse(string what)
    {
        var standing = orders.StandingAfter(what);
        session?.Say(standing);
        return standing.Standing.Sentence;
    }

    private async Task<SiteAnswer> WithPatienceAsync(PendingCommand open, CancellationToken cancellation)
    {
        while (true)
        {
            TimeSpan rest;
            lock (gate)
            {
                // only training shows steps; for anything else to be here is sign enough
                if (session is not null && open.Command.Train is null) lastSign = time.GetTimestamp();
                rest = patience - time.GetElapsedTime(lastSign);
            }
            if (rest <= TimeSpan.Zero)
                throw new SiteLostException(name, isGone: true, $"Site '{name}' gave no sign for {patience.TotalSeconds:0.#} s.");
            try
            {
                return await open.Done.Task.WaitAsync(rest, time, cancellation);
            }
            catch (TimeoutException) when (!open.Done.Task.IsCompleted)
            {
                // a step may have come meanwhile
            }
        }
    }

    private static TaskCompletionSource NewEvent() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
