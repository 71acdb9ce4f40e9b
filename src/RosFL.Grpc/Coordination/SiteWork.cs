using System.Threading.Channels;
using Google.Protobuf;
using RosFL.Federation;
using RosFL.Grpc.Coordination.Hidden;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Imaging;
using RosFL.Models;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Coordination;

/// <summary>A command with what came behind it.</summary>
/// <param name="At">To what it belongs.</param>
internal sealed record SiteTask(SiteCommand Command, Position At, Model Model, IReadOnlyList<NamedArray> Travelling);

/// <summary>
/// What a site does, independent of its connection: commands one after the other, their answers kept to be given again. A new round, an
/// abort and a new server end the training that is going on.
/// </summary>
/// <param name="ending">Keeps what the aggregation server says at the study's end.</param>
internal sealed class SiteWork(ISite site, Study study, SiteEnding? ending = null)
{
    private const int AnswersKept = 8;

    private readonly HiddenSite? hidden = site as HiddenSite;
    private readonly Lock gate = new();
    private readonly Channel<(SiteTask Task, int Era)> queue = Channel.CreateUnbounded<(SiteTask, int)>();
    private readonly SortedDictionary<long, Outgoing<SiteMessage>> answers = [];
    private Channel<Outgoing<SiteMessage>>? outbox;
    private CancellationTokenSource training = new();
    private SiteTask? trained;
    private long last;
    private int era;

    /// <summary>Whether the server said that the study is over, and heard that the site knows.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Another server process: its numbers begin anew, and what the old one wanted is void.</summary>
    public void Forget()
    {
        lock (gate)
        {
            era++;
            last = 0;
            answers.Clear();
            training.Cancel();
        }
    }

    public void Take(SiteTask task)
    {
        lock (gate)
        {
            var number = task.Command.Number;
            if (number <= last && Guards.Holds(Guards.Replay))
            {
                if (answers.TryGetValue(number, out var answer)) Say(answer);
                return;
            }
            last = number;
            if (task.Command.Train is not null || task.Command.ContentCase == SiteCommand.ContentOneofCase.Abort) training.Cancel();
            queue.Writer.TryWrite((task, era));
        }
    }

    /// <summary>Sends answers and steps over one connection, until that ends or the study is over.</summary>
    public async Task SendAsync(TensorFrameWriter<SiteMessage> writer, CancellationToken cancellation)
    {
        var mine = Channel.CreateUnbounded<Outgoing<SiteMessage>>();
        lock (gate) outbox = mine;
        await foreach (var one in Repetition.AmongAsync(mine.Reader.ReadAllAsync(cancellation)))
        {
            await writer.ControlAsync(one.Message, cancellation, more: one.Arrays.Count > 0);
            foreach (var array in one.Arrays) await writer.ArrayAsync(array, cancellation);
        }
    }

    /// <summary>The server stands elsewhere than the site thought: a training that it does not wait for is given up.</summary>
    public void Stand(SiteStanding standing)
    {
        lock (gate)
            if (trained is { Command.Number: var number } && number <= standing.Newest && !standing.Open.Contains(number)) training.Cancel();
    }

    /// <summary>Which images a step took is not told: the order follows from a secret of the site. Of a training that was given up nothing is told.</summary>
    public void Stepped(StepRecord step)
    {
        lock (gate)
        {
            if (trained is null || training.IsCancellationRequested) return;
            var at = trained.At.Clone();
            at.Step = step.Step;
            outbox?.Writer.TryWrite(new(new SiteMessage { Position = at, Step = new SiteStep { Loss = step.Loss } }, []));
        }
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var (task, of) in queue.Reader.ReadAllAsync(cancellation))
                await RunOneAsync(task, of, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // the process ends
        }
    }

    private async Task RunOneAsync(SiteTask task, int of, CancellationToken cancellation)
    {
        CancellationToken token;
        lock (gate)
        {
            if (of != era) return;
            training = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            trained = task.Command.Train is null ? null : task;
            // what came meanwhile has ended this training before it began
            if (task.Command.Train is not null && last > task.Command.Number) training.Cancel();
            token = training.Token;
        }
        Outgoing<SiteMessage> answer;
        try
        {
            answer = await DoAsync(task, token);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure)
        {
            answer = new(new SiteMessage { Reply = new SiteReply { Failure = SiteFailures.Of(failure) } }, []);
        }
        Keep(task, of, answer);
    }

    private void Keep(SiteTask task, int of, Outgoing<SiteMessage> answer)
    {
        lock (gate)
        {
            if (of != era) return;
            answer.Message.Position = task.At;
            answer.Message.Reply.Command = task.Command.Number;
            answers[task.Command.Number] = answer;
            while (answers.Count > AnswersKept) answers.Remove(answers.First().Key);
            Say(answer);
        }
    }

    /// <summary>Over the connection that there is; nothing follows the answer to the study's end.</summary>
    private void Say(Outgoing<SiteMessage> answer)
    {
        outbox?.Writer.TryWrite(answer);
        if (IsFinished) outbox?.Writer.TryComplete();
    }

    private async Task<Outgoing<SiteMessage>> DoAsync(SiteTask task, CancellationToken cancellation)
    {
        var command = task.Command;
        switch (command.ContentCase)
        {
            case SiteCommand.ContentOneofCase.Initial:
                var initial = await site.InitialAsync(cancellation);
                return hidden is null ? Reply(new SiteReply { Initial = true }, [.. initial.Named()]) : Reply(new SiteReply { Initial = true, PartsHash = initial.Hash() }, []);
            case SiteCommand.ContentOneofCase.Hidden when hidden is not null:
                return Reply(new SiteReply { Hidden = hidden.Exchange(task.At.Key(), command.Hidden) }, []);
            case SiteCommand.ContentOneofCase.Train:
                return await TrainAsync(task, cancellation);
            case SiteCommand.ContentOneofCase.Commit:
                await site.CommitAsync(WireJson.Read<CommitRecord>(command.Commit), cancellation);
                return Done();
            case SiteCommand.ContentOneofCase.Abort:
                await site.AbortAsync(task.At.Key(), cancellation);
                return Done();
            case SiteCommand.ContentOneofCase.Evaluate:
                var order = command.Evaluate;
                var split = Enum.TryParse<Split>(order.Split, out var known) ? known : throw new RosflException(ExitCode.Protocol, "An evaluation names no split of this program: update it.");
                return Reply(new SiteReply { Scores = WireJson.Write(NamelessScores.Of(await site.EvaluateAsync(new EvaluationOrder(task.At.Round, split, task.Model, order.ModelName, order.SplitName, order.PartsHash), cancellation))) }, []);
            case SiteCommand.ContentOneofCase.End:
                ending?.Keep(WireJson.Read<StudyEnd>(command.End));
                return Done();
            default:
                ending?.Told();
                IsFinished = true;
                return Done();
        }
    }

    private async Task<Outgoing<SiteMessage>> TrainAsync(SiteTask task, CancellationToken cancellation)
    {
        var order = task.Command.Train;
        var update = await site.TrainAsync(new RoundStart(task.At.Key(), task.Model, WireJson.ReadOptional<CommitRecord>(order.Last), order.Relay ? task.Travelling : null), cancellation);
        NumberLimits.Check(update.Parts, update.Travelling ?? [], study.Run.Wire);
        var message = new SiteUpdateMessage { Figures = WireJson.Write(update.Figures), Travelling = { ModelFrames.Announced(update.Travelling ?? []) } };
        if (hidden is not null) message.Certificate = ByteString.CopyFrom(hidden.Certificate);
        return Reply(new SiteReply { Update = message }, [.. update.Parts.Named(), .. update.Travelling ?? []]);
    }

    private static Outgoing<SiteMessage> Done() => Reply(new SiteReply { Done = true }, []);

    private static Outgoing<SiteMessage> Reply(SiteReply reply, IReadOnlyList<NamedArray> arrays) => new(new SiteMessage { Reply = reply }, arrays);
}
