using RosFL.Federation;
using RosFL.Grpc.Coordination.Hidden;
using RosFL.Grpc.Protocol;
using RosFL.Models;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Coordination;

/// <summary>
/// The aggregation server's end of a site in another process. The site dials; commands are numbered and kept until they are answered, and
/// given again to a site that comes back. A site whose process is another one has lost what it was doing: its training is redone.
/// </summary>
/// <param name="patience">A training site that shows no step for so long is gone from the round.</param>
public sealed class RemoteSite(string name, TimeSpan patience, TimeProvider time, Action<StepRecord>? onStep = null) : ISite
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<long, PendingCommand> pending = [];
    private TaskCompletionSource here = NewEvent(), left = NewEvent();
    private SiteSession? session;
    private SiteFacts? facts;
    private string process = "";
    private long number, lastSign;
    private (int Round, int Attempt, int Step) lastStep = (-1, 0, 0);

    public string Name => name;

    public long Weight => Facts.Weight;

    /// <summary>What the site said of itself; fixed from the first time on.</summary>
    public SiteFacts Facts
    {
        get => facts ?? throw new InvalidOperationException($"Site '{name}' has not come yet.");
        set => facts = value;
    }

    /// <summary>Whether the site has ever come.</summary>
    public bool IsKnown => facts is not null;

    public bool IsHere
    {
        get { lock (gate) return session is not null; }
    }

    public Task HereAsync(CancellationToken cancellation)
    {
        lock (gate) return here.Task.WaitAsync(cancellation);
    }

    /// <summary>Gives the site the state after a round that it lacks; null where the server has the states itself.</summary>
    public Func<RemoteSite, int, CancellationToken, Task>? GiveState { get; init; }

    /// <summary>Of the parts with which the site begins, where it keeps them to itself.</summary>
    public string InitialHash { get; private set; } = "";

    /// <summary>With which the site takes part in the sum of what it has trained.</summary>
    public byte[] Certificate { get; private set; } = [];

    public async Task<Model> InitialAsync(CancellationToken cancellation)
    {
        var answer = await AskAsync(new SiteCommand { Initial = true }, [], cancellation);
        InitialHash = answer.Reply.PartsHash;
        return answer.Parts ?? throw Unexpected("its initial parts");
    }

    /// <summary>One exchange of secure aggregation.</summary>
    internal async Task<HiddenReply> ExchangeAsync(HiddenOrder order, CancellationToken cancellation) =>
        (await AskAsync(new SiteCommand { Hidden = order }, [], cancellation)).Reply.Hidden ?? throw Unexpected("a message of secure aggregation");

    public async Task<SiteUpdate> TrainAsync(RoundStart start, CancellationToken cancellation)
    {
        var order = new TrainOrder
        {
            Round = start.Key.Round,
            Attempt = start.Key.Attempt,
            Last = start.Last is null ? "" : WireJson.Write(start.Last),
            Relay = start.Travelling is not null,
            Travelling = { ModelFrames.Announced(start.Travelling ?? []) },
        };
        var answer = await WithStateAsync(() => AskAsync(new SiteCommand { Train = order.Clone() }, [.. start.Global.Named(), .. start.Travelling ?? []], cancellation), cancellation);
        if (answer.Reply.ContentCase != SiteReply.ContentOneofCase.Update) throw Unexpected("its update");
        Certificate = answer.Reply.Update.Certificate.ToByteArray();
        return new(answer.Parts!, WireJson.Read<SiteRound>(answer.Reply.Update.Figures) with { Site = name }, start.Travelling is null ? null : answer.Travelling);
    }

    /// <summary>A site that is away, or leaves before it answers, hears the outcome when it is back.</summary>
    public async Task CommitAsync(CommitRecord record, CancellationToken cancellation)
    {
        Task leaving;
        lock (gate)
        {
            if (session is null) return;
            leaving = left.Task;
        }
        var told = AskAsync(new SiteCommand { Commit = WireJson.Write(record) }, [], cancellation);
        if (await Task.WhenAny(told, leaving) == told) await told;
        else _ = told.ContinueWith(t => t.Exception, TaskScheduler.Default); // goes on; a failure is observed and told again with the next round
    }

    public Task AbortAsync(RoundKey key, CancellationToken cancellation)
    {
        lock (gate) session?.Send(new(new SiteCommand { Number = ++number, Abort = new AbortOrder { Round = key.Round, Attempt = key.Attempt } }, []));
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<ScoreRecord>> EvaluateAsync(EvaluationOrder order, CancellationToken cancellation)
    {
        var hasModel = order.ModelName != EvaluationOrder.InputName;
        var evaluate = new EvaluateOrder { Round = order.Round, Split = order.Split.ToString(), ModelName = order.ModelName, SplitName = order.SplitName, HasModel = hasModel, PartsHash = order.PartsHash };
        var answer = await AgainAsync(() => WithStateAsync(() => AskAsync(new SiteCommand { Evaluate = evaluate.Clone() }, hasModel ? [.. order.Model.Named()] : [], cancellation), cancellation), cancellation);
        return [.. WireJson.Read<List<ScoreRecord>>(answer.Reply.Scores).Select(s => s with { Site = name, Round = order.Round, Split = order.SplitName, Model = order.ModelName })];
    }

    /// <summary>Tells what a model card will say.</summary>
    public Task TellAsync(StudyEnd end, CancellationToken cancellation) => AskAsync(new SiteCommand { End = WireJson.Write(end) }, [], cancellation);

    /// <summary>The study is over; the site's process may end.</summary>
    public Task FinishAsync(CancellationToken cancellation) => AskAsync(new SiteCommand { Finish = true }, [], cancellation);

    /// <summary>A new stream of the site takes the place of an older one.</summary>
    /// <exception cref="RosflException">The site says of itself what it did not say before.</exception>
    internal void Attach(SiteSession coming, SiteHello hello)
    {
        lock (gate)
        {
            var said = SiteFacts.Of(hello);
            if (facts is not null && facts != said)
                throw new RosflException(ExitCode.InvalidData, $"Site '{name}' comes with {said} and began the study with {facts}: a study's data must not change.");
            facts = said;
            session?.End();
            session = coming;
            lastSign = time.GetTimestamp();
            if (process != hello.Process)
                foreach (var lost in pending.Values.Where(p => p.Command.ContentCase is SiteCommand.ContentOneofCase.Train or SiteCommand.ContentOneofCase.Hidden && p.IsSent))
                    lost.Done.TrySetException(new SiteLostException(name, isGone: false, $"Site '{name}' came back without its work in round {(lost.Command.Train?.Round ?? lost.Command.Hidden.Round) + 1}."));
            process = hello.Process;
            foreach (var open in pending.Values.Where(p => !p.Done.Task.IsCompleted)) Send(open);
            left = NewEvent();
            here.TrySetResult();
        }
    }

    internal void Detach(SiteSession going)
    {
        lock (gate)
        {
            if (session != going) return;
            session = null;
            here = NewEvent();
            left.TrySetResult();
        }
    }

    internal void Answer(SiteAnswer answer)
    {
        lock (gate)
        {
            lastSign = time.GetTimestamp();
            if (pending.TryGetValue(answer.Reply.Command, out var open)) open.Done.TrySetResult(answer);
        }
    }

    internal void Step(SiteStep step)
    {
        var at = (step.Round, step.Attempt, step.Step);
        lock (gate)
        {
            lastSign = time.GetTimestamp();
            if (at.CompareTo(lastStep) <= 0) return; // came again
            lastStep = at;
        }
        onStep?.Invoke(new StepRecord(step.Round, name, step.Step, [], step.Loss));
    }

    private void Send(PendingCommand open)
    {
        if (session is null) return;
        open.IsSent = true;
        session.Send(new(open.Command, open.Arrays));
    }

    /// <summary>Gives a command and waits for its answer, however often the site comes and goes.</summary>
    private async Task<SiteAnswer> AskAsync(SiteCommand command, IReadOnlyList<NamedArray> arrays, CancellationToken cancellation)
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

    /// <summary>Asks again, once, after the site was given the state that it lacked.</summary>
    private async Task<SiteAnswer> WithStateAsync(Func<Task<SiteAnswer>> ask, CancellationToken cancellation)
    {
        try
        {
            return await ask();
        }
        catch (StateMissingException missing) when (GiveState is { } give)
        {
            await give(this, missing.Round, cancellation);
            return await ask();
        }
    }

    /// <summary>Asks again while the site loses its work or its way to the body.</summary>
    private async Task<SiteAnswer> AgainAsync(Func<Task<SiteAnswer>> ask, CancellationToken cancellation)
    {
        for (var wait = new Backoff(time); ; await wait.WaitAsync(cancellation))
            try
            {
                return await ask();
            }
            catch (SiteLostException lost) when (!lost.IsGone)
            {
                // the next try finds it back
            }
    }

    private static TaskCompletionSource NewEvent() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RosflException Unexpected(string what) => new(ExitCode.Protocol, $"Site '{name}' did not answer with {what}: update its program.");
}
