using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Grpc.Bodies;

/// <summary>
/// One site's body in one round and attempt. It outlives a broken stream: the site comes back and repeats its last request, which is
/// answered again from the last answer and never applied again. Without a request for too long it is dropped, graph and all.
/// </summary>
internal sealed class TrainingSession
{
    private readonly BodyStudy study;
    private readonly Position begin;
    private readonly Func<IHostedBody> open;
    private readonly SemaphoreSlim gate = new(1);
    private readonly TorchThread thread;
    private readonly ITimer idle;
    private CancellationTokenSource stream = new();
    private IHostedBody? link;
    private CutShape? shape;
    private long batch;
    private Answer? last;
    private bool featuresSent;
    private StepTime? owed; // the optimizer's step, which follows the answer
    private string dropReason = "";

    private sealed record Answer(int Step, bool Backward, CutTransfer Transfer, CutMessage Message);

    public TrainingSession(BodyStudy study, Position begin, Func<IHostedBody> open)
    {
        (this.study, this.begin, this.open) = (study, begin, open);
        thread = new TorchThread($"body-{begin.Site}", study.Study.Run.Machine.Threads);
        idle = study.Limits.Time.CreateTimer(_ => _ = DropIfIdleAsync(), null, study.Limits.Idle, Timeout.InfiniteTimeSpan);
    }

    public int Attempt => begin.Attempt;

    /// <summary>Steps whose backward is done.</summary>
    public int Steps { get; private set; }

    public bool IsDropped { get; private set; }

    public RoundLostException Lost() => new($"Attempt {Attempt} of site '{begin.Site}' in round {begin.Round + 1} was dropped: {dropReason}");

    /// <summary>Ends whatever stream the session had, and gives a token that ends with the new one.</summary>
    public CancellationToken TakeOver()
    {
        var mine = new CancellationTokenSource();
        var before = Interlocked.Exchange(ref stream, mine);
        before.Cancel();
        return mine.Token;
    }

    /// <summary>One request: the tensor in, the body's work, the tensor out, and the optimizer's step while the site goes on.</summary>
    /// <exception cref="RosflException">The request is not what is due, or its tensor is not legal; nothing has changed.</exception>
    /// <exception cref="RoundLostException">The session was dropped.</exception>
    public async Task AnswerAsync(BodyRequest request, BodyChannel channel)
    {
        await gate.WaitAsync(channel.Cancellation);
        try
        {
            if (IsDropped) throw Lost();
            var (due, incoming, outgoing) = Judge(request);
            using var share = await study.Budget.TakeAsync(incoming.Bytes + outgoing.Bytes, channel.Cancellation);
            using var message = await channel.ReceiveAsync(incoming, thread);
            if (due || !Guards.Holds(Guards.Replay)) await ApplyAsync(request, message, incoming, outgoing);
            try
            {
                await channel.SendAsync(new BodyReply { Position = request.Position, Answer = new() }, last!.Transfer, last.Message);
            }
            finally
            {
                if (owed is not null) CrashPoint.Reach("compute-answered");
                await StepAsync(); // also where the answer did not arrive: it will be given again
            }
        }
        finally
        {
            idle.Change(study.Limits.Idle, Timeout.InfiniteTimeSpan);
            gate.Release();
        }
    }

    /// <summary>Lets go of replica, graph and answers; what the site had done in this attempt counts only if all its steps were done.</summary>
    public async Task DropAsync(string reason)
    {
        await stream.CancelAsync();
        await gate.WaitAsync();
        try
        {
            await DropAtGateAsync(reason);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The site has ended its stream in order: before its last step that means it gave up.</summary>
    public Task LeaveAsync() => link is null && Steps > 0 ? Task.CompletedTask : DropAsync("The site ended its stream before its last step.");

    private async Task DropIfIdleAsync()
    {
        if (!gate.Wait(0)) return; // at work; the timer runs again from the end of the request
        try
        {
            if (link is not null) await DropAtGateAsync($"No request came for {study.Limits.Idle.TotalSeconds:0} s.");
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task DropAtGateAsync(string reason)
    {
        if (IsDropped) return;
        (IsDropped, dropReason) = (true, reason);
        await idle.DisposeAsync();
        last?.Message.Dispose();
        if (link is not null) await thread.RunAsync(link.Dispose);
        thread.Dispose();
        (link, last) = (null, null);
    }

    /// <summary>Whether the request is due or was answered before, and what must come and go.</summary>
    private (bool Due, CutTransfer Incoming, CutTransfer Outgoing) Judge(BodyRequest request)
    {
        var backward = request.KindCase == BodyRequest.KindOneofCase.Backward;
        var step = backward ? request.Backward : request.Forward
            ?? throw new RosflException(ExitCode.Protocol, $"A training stream carries forward and backward steps, and {request.KindCase} came.");
        var repeated = last is not null && last.Step == request.Position.Step && last.Backward == backward;
        if (!repeated && (request.Position.Step != Steps || backward != featuresSent))
            throw new RosflException(ExitCode.Protocol,
                $"Step {request.Position.Step} {(backward ? "backward" : "forward")} of site '{begin.Site}' came where step {Steps} {(featuresSent ? "backward" : "forward")} of round {begin.Round + 1}, attempt {Attempt}, is due.");
        var legal = BodyShapes.Legal(study, step, training: true);
        if (backward && !repeated && (!ReferenceEquals(legal, shape) || step.Batch != batch))
            throw new RosflException(ExitCode.Protocol, $"Step {Steps} backward of site '{begin.Site}' has another size than its forward.");
        return (!repeated,
            backward ? CutTransfer.FeaturesGradient(legal, step.Batch, study.Codec) : CutTransfer.Smashed(legal, step.Batch, study.Codec),
            backward ? CutTransfer.SmashedGradient(legal, step.Batch, study.Codec) : CutTransfer.Features(legal, step.Batch, study.Codec));
    }

    private async Task ApplyAsync(BodyRequest request, CutMessage message, CutTransfer incoming, CutTransfer outgoing)
    {
        var backward = request.KindCase == BodyRequest.KindOneofCase.Backward;
        var step = backward ? request.Backward : request.Forward;
        var time = new StepTime(begin.Round, request.Position.Step, step.StepsInRound);
        var device = study.Study.Device;
        var begun = false;
        CutMessage answer;
        try
        {
            answer = await thread.RunAsync(() =>
            {
                link ??= open(); // its tensors outlive the step's scope
                using var scope = NewDisposeScope();
                var numbers = incoming.Decode(message, device);
                begun = true;
                return outgoing.Encode(backward ? link.WalkBack(numbers) : link.Forward(numbers, time));
            });
        }
        catch when (begun)
        {
            // half a step may have been done: what is left of it must not be walked back
            await DropAtGateAsync("Its body failed.");
            throw;
        }
        last?.Message.Dispose();
        last = new Answer(request.Position.Step, backward, outgoing, answer);
        (featuresSent, shape, batch) = (!backward, BodyShapes.Legal(study, step, training: true), step.Batch);
        if (!backward) return;
        Steps++;
        owed = time;
        if (!time.IsLast) return;
        await StepAsync(); // the last answer says that the round's work is done
        await thread.RunAsync(link!.Dispose);
        link = null;
    }

    private async Task StepAsync()
    {
        if (owed is not { } time) return;
        owed = null;
        try
        {
            await thread.RunAsync(() => link!.Step(time));
        }
        catch
        {
            await DropAtGateAsync("Its body failed.");
            throw;
        }
    }
}
