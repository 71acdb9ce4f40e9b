using Grpc.Core;
using Microsoft.Extensions.Logging;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Grpc.Bodies;

/// <summary>
/// The computation server for its sites: one stream for each site, round and attempt, and one for each inference.
/// <code>
///   site                                      computation server
///   hello (version, manifest, position) ────►  study, site, round, attempt and manifest must agree
///   ◄──── welcome (version)
///   forward, smashed ───────────────────────►  due? size legal? then memory, then the tensor, then the body
///   ◄──── answer, features
///   backward, features' gradient ───────────►
///   ◄──── answer, smashed gradient             then the body's optimizer steps; before the round's last answer
///   ...
///   end ────────────────────────────────────►  before the last step: the replica is dropped
/// </code>
/// </summary>
[Callers(PartyRole.Site)]
public sealed partial class BodyService(BodyStudies studies, ILogger<BodyService> logger)
{
    public static readonly Method<TensorFrame<BodyRequest>, TensorFrame<BodyReply>> Method = TensorMethod.Duplex<BodyRequest, BodyReply>("rosfl.v1.Bodies", "Exchange");

    public async Task ExchangeAsync(IAsyncStreamReader<TensorFrame<BodyRequest>> requests, IAsyncStreamWriter<TensorFrame<BodyReply>> replies, ServerCallContext call)
    {
        Position? position = null;
        BodyStudy? study = null;
        try
        {
            var greeting = new BodyChannel(requests, replies, studies.Limits, call.CancellationToken);
            if (await greeting.FirstAsync() is not { } request) return;
            position = request.Position;
            (study, var hello) = Greet(request, call.Caller());
            using var counted = study.CountStream(position.Site);
            if (hello.Training) await TrainAsync(study, position, requests, replies, call.CancellationToken);
            else await InferAsync(study, position, greeting);
        }
        catch (RosflException refusal)
        {
            throw WireRefusal.ToRpc(Noted(refusal, position), position is null ? null : study?.Stand(position.Site));
        }
        catch (RoundLostException lost)
        {
            Log.Refused(logger, position!.Site, lost.Message);
            throw WireRefusal.ToRpc(lost, study!.Stand(position.Site));
        }
        catch (Exception e) when (e is not (OperationCanceledException or RpcException or IOException))
        {
            Log.Failed(logger, Quoted.Shortened(position?.Site ?? ""), e);
            throw WireRefusal.ToRpc(new RosflException(ExitCode.Unexpected, $"The computation server failed on a request of site '{position?.Site}' with {e.GetType().Name}: see its log."));
        }
    }

    private RosflException Noted(RosflException refusal, Position? position)
    {
        Log.Refused(logger, Quoted.Shortened(position?.Site ?? ""), refusal.Message);
        studies.Refused?.Invoke(refusal);
        return refusal;
    }

    private (BodyStudy, BodyHello) Greet(BodyRequest request, Caller caller)
    {
        if (request is not { Position: { } position, Hello: { } hello })
            throw new RosflException(ExitCode.Protocol, "The first message of a stream must be a hello with a position: update the program of the site.");
        WireVersion.Agree(hello.Version, $"site '{Quoted.Shortened(position.Site)}'");
        caller.RefuseOther(position.Site);
        var study = studies.Find(position.Study)
            ?? throw new RosflException(ExitCode.Protocol, $"Study '{Quoted.Shortened(position.Study)}' is unknown to this computation server: check the study's id.");
        study.Admit?.Invoke(caller);
        return hello.Manifest == study.Manifest ? (study, hello) : throw WireRefusal.ToRpc(Noted(OtherManifest(position, hello, study), position), study.Terms);
    }

    private static RosflException OtherManifest(Position position, BodyHello hello, BodyStudy study) => new(ExitCode.ManifestDiffers,
        $"Site '{position.Site}' holds another manifest of study '{study.Id}' ({Quoted.Shortened(hello.Manifest)}) than this computation server ({study.Manifest}): 'rosfl study diff' shows what differs; approve the same one.");

    private static BodyReply Welcome(Position position) => new() { Position = position, Welcome = new() { Version = WireVersion.Own } };

    private static async Task TrainAsync(
        BodyStudy study, Position position, IAsyncStreamReader<TensorFrame<BodyRequest>> requests, IAsyncStreamWriter<TensorFrame<BodyReply>> replies, CancellationToken call)
    {
        var session = await study.AttachAsync(position);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(call, session.TakeOver());
        var channel = new BodyChannel(requests, replies, study.Limits, both.Token);
        await channel.SendAsync(Welcome(position));
        while (await channel.NextAsync("its next step") is { } request)
        {
            CheckPosition(request, position);
            await session.AnswerAsync(request, channel);
        }
        await session.LeaveAsync();
    }

    private static async Task InferAsync(BodyStudy study, Position position, BodyChannel channel)
    {
        using var thread = new TorchThread($"infer-{position.Site}", study.Study.Run.Machine.Threads);
        var link = await thread.RunAsync(() => study.Committed(position));
        try
        {
            await channel.SendAsync(Welcome(position));
            while (await channel.NextAsync("its next image") is { } request)
            {
                CheckPosition(request, position);
                await InferAsync(study, request, channel, thread, link);
            }
        }
        finally
        {
            await thread.RunAsync(link.Dispose);
        }
    }

    private static async Task InferAsync(BodyStudy study, BodyRequest request, BodyChannel channel, TorchThread thread, IBodyLink link)
    {
        var step = request.Infer ?? throw new RosflException(ExitCode.Protocol, $"A stream for inference carries infer steps, and {request.KindCase} came.");
        var legal = BodyShapes.Legal(study, step, training: false);
        var (incoming, outgoing) = (CutTransfer.Smashed(legal, step.Batch, study.Codec), CutTransfer.Features(legal, step.Batch, study.Codec));
        using var share = await study.Budget.TakeAsync(incoming.Bytes + outgoing.Bytes, channel.Cancellation);
        using var message = await channel.ReceiveAsync(incoming, thread);
        using var answer = await thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            return outgoing.Encode(link.Infer(incoming.Decode(message, study.Study.Device)));
        });
        await channel.SendAsync(new BodyReply { Position = request.Position, Answer = new() }, outgoing, answer);
    }

    /// <summary>Every message says to what it belongs; on one stream only the step moves.</summary>
    private static void CheckPosition(BodyRequest request, Position begin)
    {
        if (request.Position is not { } p || p.Study != begin.Study || p.Site != begin.Site || p.Round != begin.Round || p.Attempt != begin.Attempt)
            throw new RosflException(ExitCode.Protocol, $"A message came for another study, site, round or attempt than its stream's, round {begin.Round + 1} and attempt {begin.Attempt} of site '{begin.Site}'.");
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Refused a request of site '{Site}': {Reason}")]
        public static partial void Refused(ILogger logger, string site, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "Failed on a request of site '{Site}'")]
        public static partial void Failed(ILogger logger, string site, Exception e);
    }
}
