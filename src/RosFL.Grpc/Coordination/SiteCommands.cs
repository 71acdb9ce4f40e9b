using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>
/// Commands to a site that comes and goes: numbered, kept until they are answered, and given again to a site that comes back. A site whose
/// process is another one has lost what it was doing: its training is redone.
/// </summary>
/// <param name="patience">A site that gives no sign for so long is gone.</param>
internal sealed class SiteCommands(string name, TimeSpan patience, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<long, PendingCommand> pending = [];
    private TaskCompletionSource here = NewEvent(), left = NewEvent();
    private SiteSession? session;
    private string process = "";
    private long number, lastSign;

    public bool IsHere
    {
        get { lock (gate) return session is not null; }
    }

    /// <summary>Ends when the site leaves; null where it is away.</summary>
    public Task? Leaving
    {
        get { lock (gate) return session is null ? null : left.Task; }
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
                foreach (var lost in pending.Values.Where(p => p.Command.ContentCase is SiteCommand.ContentOneofCase.Train or SiteCommand.ContentOneofCase.Hidden && p.IsSent))
                    lost.Done.TrySetException(new SiteLostException(name, isGone: false, $"Site '{name}' came back without its work in round {(lost.Command.Train?.Round ?? lost.Command.Hidden.Round) + 1}."));
            process = comingProcess;
            foreach (var open in pending.Values.Where(p => !p.Done.Task.IsCompleted)) Send(open);
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

    /// <summary>The site has shown that it works on the training that it was told.</summary>
    /// <returns>False where it was told no such training, or is no longer: then it has shown nothing.</returns>
    public bool Sign(int round, int attempt)
    {
        lock (gate)
        {
            if (!pending.Values.Any(p => p.Command.Train is { } order && order.Round == round && order.Attempt == attempt)) return false;
            lastSign = time.GetTimestamp();
            return true;
        }
    }

    public void Answer(SiteAnswer answer)
    {
        lock (gate)
        {
            lastSign = time.GetTimestamp();
            if (pending.TryGetValue(answer.Reply.Command, out var open)) open.Done.TrySetResult(answer);
        }
    }

    /// <summary>Gives a command that nobody answers, if the site is here.</summary>
    public void Tell(SiteCommand command)
    {
        lock (gate)
        {
            command.Number = ++number;
            session?.Send(new(command, []));
        }
    }

    /// <summary>Gives a command and waits for its answer, however often the site comes and goes.</summary>
    public async Task<SiteAnswer> AskAsync(SiteCommand command, IReadOnlyList<NamedArray> arrays, CancellationToken cancellation)
    {
        var open = new PendingCommand(command, arrays);
        lock (gate)
        {
            command.Number = ++number;
            lastSign = time.GetTimestamp();
            pending.Add(command.Number, open);
            Send(open);
        }
        try
        {
            var answer = await WithPatienceAsync(open, cancellation);
            return answer.Reply.ContentCase == SiteReply.ContentOneofCase.Failure ? throw SiteFailures.From(name, answer.Reply.Failure) : answer;
        }
        finally
        {
            lock (gate) pending.Remove(command.Number);
        }
    }

    private void Send(PendingCommand open)
    {
        if (session is null) return;
        open.IsSent = true;
        session.Send(new(open.Command, open.Arrays));
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
