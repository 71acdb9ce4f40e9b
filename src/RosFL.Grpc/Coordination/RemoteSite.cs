using RosFL.Federation;
using RosFL.Grpc.Coordination.Hidden;
using RosFL.Grpc.Protocol;
using RosFL.Models;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Coordination;

/// <summary>
/// The aggregation server's end of a site in another process, which dials: what a round asks of a site, as commands and their answers.
/// </summary>
/// <param name="patience">A training site that shows no step for so long is gone from the round.</param>
public sealed class RemoteSite(string study, string name, TimeSpan patience, TimeProvider time, Action<StepRecord>? onStep = null) : ISite
{
    private readonly Lock gate = new();
    private readonly SiteCommands commands = new(study, name, patience, time);
    private SiteFacts? facts;
    private IReadOnlyList<SiteCommand> lastWords = [];

    public string Study => study;

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

    public bool IsHere => commands.IsHere;

    public Task HereAsync(CancellationToken cancellation) => commands.HereAsync(cancellation);

    /// <summary>Gives the site the state after a round that it lacks; null where the server has the states itself.</summary>
    public Func<RemoteSite, int, CancellationToken, Task>? GiveState { get; init; }

    /// <summary>Of the parts with which the site begins, where it keeps them to itself.</summary>
    public string InitialHash { get; private set; } = "";

    /// <summary>With which the site takes part in the sum of what it has trained.</summary>
    public byte[] Certificate { get; private set; } = [];

    public async Task<Model> InitialAsync(CancellationToken cancellation)
    {
        var answer = await commands.AskAsync(new SiteCommand { Initial = true }, [], null, cancellation);
        InitialHash = answer.Reply.PartsHash;
        return answer.Parts!; // an order is answered with what is due
    }

    /// <summary>One exchange of secure aggregation.</summary>
    internal async Task<HiddenReply> ExchangeAsync(RoundKey of, HiddenOrder order, CancellationToken cancellation) =>
        (await commands.AskAsync(new SiteCommand { Hidden = order }, [], of, cancellation)).Reply.Hidden;

    public async Task<SiteUpdate> TrainAsync(RoundStart start, CancellationToken cancellation)
    {
        var order = new TrainOrder
        {
            Last = start.Last is null ? "" : WireJson.Write(start.Last),
            Relay = start.Travelling is not null,
            Travelling = { ModelFrames.Announced(start.Travelling ?? []) },
        };
        var answer = await WithStateAsync(() => commands.AskAsync(new SiteCommand { Train = order.Clone() }, [.. start.Global.Named(), .. start.Travelling ?? []], start.Key, cancellation), cancellation);
        Certificate = answer.Reply.Update.Certificate.ToByteArray();
        return new(answer.Parts!, WireJson.Read<SiteRound>(answer.Reply.Update.Figures) with { Site = name }, start.Travelling is null ? null : answer.Travelling);
    }

    /// <summary>A site that is away, or leaves before it answers, hears the outcome when it is back.</summary>
    public async Task CommitAsync(CommitRecord record, CancellationToken cancellation)
    {
        if (commands.Leaving is not { } leaving) return;
        var told = commands.AskAsync(new SiteCommand { Commit = WireJson.Write(record) }, [], record.Key, cancellation);
        if (await Task.WhenAny(told, leaving) == told) await told;
        else _ = told.ContinueWith(t => t.Exception, TaskScheduler.Default); // goes on; a failure is observed and told again with the next round
    }

    public Task AbortAsync(RoundKey key, CancellationToken cancellation)
    {
        commands.Tell(new SiteCommand { Abort = true }, key);
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<ScoreRecord>> EvaluateAsync(EvaluationOrder order, CancellationToken cancellation)
    {
        var hasModel = order.ModelName != EvaluationOrder.InputName;
        var evaluate = new EvaluateOrder { Split = order.Split.ToString(), ModelName = order.ModelName, SplitName = order.SplitName, HasModel = hasModel, PartsHash = order.PartsHash };
        var answer = await AgainAsync(() => WithStateAsync(() => commands.AskAsync(new SiteCommand { Evaluate = evaluate.Clone() }, hasModel ? [.. order.Model.Named()] : [], new(study, order.Round, 0), cancellation), cancellation), cancellation);
        return [.. WireJson.Read<List<ScoreRecord>>(answer.Reply.Scores).Select(s => s with { Site = name, Round = order.Round, Split = order.SplitName, Model = order.ModelName })];
    }

    /// <summary>The study is over; the site's process may end.</summary>
    /// <param name="end">Told before: what a model card will say; null where the whole model may not be assembled.</param>
    public async Task FinishAsync(StudyEnd? end, CancellationToken cancellation)
    {
        foreach (var word in LastWords(end)) await commands.AskAsync(word, [], null, cancellation);
    }

    /// <summary>From now on the site is told the same when it comes, and nobody waits for its answer.</summary>
    public void LetGo(StudyEnd? end)
    {
        lock (gate)
        {
            lastWords = LastWords(end);
            TellLastWords();
        }
    }

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
            commands.Attach(coming, hello.Process);
            TellLastWords();
        }
    }

    internal void Detach(SiteSession going) => commands.Detach(going);

    /// <summary>Where the study stands for the site.</summary>
    internal Position Stand => commands.Stand;

    internal void Check(Position at, SiteReply reply) => commands.Check(at, reply);

    internal string? Answer(Position at, SiteAnswer answer) => commands.Answer(at, answer);

    internal string? Step(Position at, SiteStep step)
    {
        var refused = commands.Step(at, Facts.StepsPerRound);
        if (refused is null) onStep?.Invoke(new StepRecord(at.Round, name, at.Step, [], step.Loss));
        return refused;
    }

    private void TellLastWords()
    {
        foreach (var word in lastWords) commands.Tell(word.Clone(), null);
    }

    private static SiteCommand[] LastWords(StudyEnd? end)
    {
        var over = new SiteCommand { Finish = true };
        return end is null ? [over] : [new() { End = WireJson.Write(end) }, over];
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
}
