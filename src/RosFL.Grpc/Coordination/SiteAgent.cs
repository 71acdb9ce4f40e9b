using Grpc.Core;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>
/// A site's process: dials the aggregation server, does what it is told in the order of the commands, and dials again when the connection
/// is lost. What it is doing goes on meanwhile; a command that comes again is answered again and not done again.
/// </summary>
public sealed class SiteAgent
{
    private readonly Study study;
    private readonly SiteFacts facts;
    private readonly string name, runHash;
    private readonly Func<CallInvoker> dial;
    private readonly TimeProvider time;
    private readonly Action<string>? notice;
    private readonly SiteWork work;
    private readonly SiteEnding? ending;
    private readonly CancellationTokenSource silence;
    private readonly string process = Guid.NewGuid().ToString("N");
    private string serverProcess = "";

    /// <param name="dial">Makes a call invoker for the aggregation server.</param>
    /// <param name="ending">Keeps what the server says at the study's end.</param>
    public SiteAgent(Study study, ISite site, SiteFacts facts, string runHash, Func<CallInvoker> dial, TimeProvider time, Action<string>? notice = null, SiteEnding? ending = null)
    {
        (this.study, this.facts, name, this.runHash, this.dial, this.time, this.notice) = (study, facts, site.Name, runHash, dial, time, notice);
        work = new SiteWork(site, study, this.ending = ending);
        silence = new(Timeout.InfiniteTimeSpan, time);
    }

    /// <summary>To be told each step that the site takes.</summary>
    public void Stepped(StepRecord step) => work.Stepped(step);

    /// <summary>Serves until the study is over. A site that knew it before serves while somebody answers: the server may want to hear it again.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        var working = work.RunAsync(stop.Token);
        try
        {
            ExpectServer();
            await DialAsync(patience.Token);
            CrashPoint.Reach("site-finished");
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException && silence.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            notice?.Invoke($"Study '{study.Id}' is over, as this site was told before, and the aggregation server answers no more.");
        }
        await stop.CancelAsync();
        await working;
    }

    private async Task DialAsync(CancellationToken cancellation)
    {
        var wait = new Backoff(time);
        while (!work.IsFinished)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                await SessionAsync(wait, cancellation);
            }
            catch (RpcException refused) when (WireRefusal.From(refused) is { } refusal and not RosflException { Code: ExitCode.Unreachable })
            {
                throw refusal;
            }
            catch (RpcException lost) when (!cancellation.IsCancellationRequested)
            {
                notice?.Invoke($"The aggregation server cannot be reached ({lost.StatusCode}); trying again.");
            }
            if (!work.IsFinished) await wait.WaitAsync(cancellation);
        }
    }

    /// <summary>From now on the server has its time to answer, where there may be none any more.</summary>
    private void ExpectServer()
    {
        if (ending is { WasTold: true }) silence.CancelAfter(ending.Patience);
    }

    private async Task SessionAsync(Backoff wait, CancellationToken cancellation)
    {
        using var call = dial().AsyncDuplexStreamingCall(FederationService.Method, null, new CallOptions(cancellationToken: cancellation));
        var (reader, writer) = (new TensorFrameReader<ServerMessage>(call.ResponseStream), new TensorFrameWriter<SiteMessage>(call.RequestStream));
        await SayHelloAsync(writer, reader, cancellation);
        var first = await reader.ControlAsync(cancellation);
        var welcome = first?.Welcome ?? throw new RpcException(new Status(StatusCode.Unavailable, "no welcome"));
        WireVersion.Agree(welcome.Version, "the aggregation server");
        Positions.Require(first.Position, study.Id, name);
        wait.Reset();
        silence.CancelAfter(Timeout.InfiniteTimeSpan);
        if (serverProcess != welcome.Process) work.Forget();
        serverProcess = welcome.Process;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var sending = SendAsync(call.RequestStream, writer, ended.Token);
        _ = sending.ContinueWith(_ => ended.Cancel(), CancellationToken.None, TaskContinuationOptions.NotOnRanToCompletion, TaskScheduler.Default); // nothing can be answered any more
        try
        {
            while (await reader.ControlAsync(ended.Token) is { } message) await TakeAsync(message, reader, ended.Token);
            await call.RequestStream.CompleteAsync();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The connection can be read and not written."));
        }
        finally
        {
            ExpectServer();
            await ended.CancelAsync();
            await sending.ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>When the last answer is sent nothing more is said, and the server, which may go on with other studies, ends the stream.</summary>
    private async Task SendAsync(IClientStreamWriter<TensorFrame<SiteMessage>> requests, TensorFrameWriter<SiteMessage> writer, CancellationToken cancellation)
    {
        await work.SendAsync(writer, cancellation);
        await requests.CompleteAsync();
    }

    /// <summary>A server that refuses ends the stream while we still write: its sentence is found at the reading end.</summary>
    private async Task SayHelloAsync(TensorFrameWriter<SiteMessage> writer, TensorFrameReader<ServerMessage> reader, CancellationToken cancellation)
    {
        try
        {
            await writer.ControlAsync(new SiteMessage { Position = new() { Study = study.Id, Site = name }, Hello = Hello() }, cancellation);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            await reader.ControlAsync(cancellation);
            throw new RpcException(new Status(StatusCode.Unavailable, "The connection ended before a hello was said."));
        }
    }

    private async Task TakeAsync(ServerMessage message, TensorFrameReader<ServerMessage> reader, CancellationToken cancellation)
    {
        var at = Positions.Require(message.Position, study.Id, name);
        if (message.Standing is { } standing)
        {
            notice?.Invoke(standing.Sentence);
            work.Stand(standing);
            return;
        }
        var command = message.Command ?? throw new RosflException(ExitCode.Protocol, "The aggregation server sent something that is no command: update the program at the other end.");
        var (model, travelling) = command.Train is null && command.Evaluate is not { HasModel: true } ? (Training.Model.Empty, [])
            : await ModelFrames.ReadAsync(reader, command.Train?.Travelling ?? [], study, cancellation);
        work.Take(new(command, at, model, travelling));
    }

    private SiteHello Hello() => new()
    {
        Version = WireVersion.Own,
        Process = process,
        RunHash = runHash,
        Weight = facts.Weight,
        StepsPerRound = facts.StepsPerRound,
        TrainingImages = facts.TrainingImages,
        ValidationImages = facts.ValidationImages,
        TestImages = facts.TestImages,
    };
}
