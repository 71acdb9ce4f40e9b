using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Release;

/// <summary>A study whose body may be asked for.</summary>
/// <param name="BodyAfter">The body that a committed round ended with.</param>
public sealed record ReleasedStudy(Manifest Manifest, Func<int, Weights> BodyAfter);

/// <summary>
/// Gives a committed body away: to a site of the roster, under a manifest that allows the whole model to be assembled, with the signed consent of
/// every holder, which includes this server's own.
/// </summary>
/// <param name="released">Told to whom which body of which study went.</param>
/// <param name="refused">Told of each call that is refused.</param>
[Callers(PartyRole.Site)]
public sealed class BodyReleaseService(IReadOnlyDictionary<string, ReleasedStudy> studies, WireLimits limits, Action<AuditEvent> released, Action<RosflException> refused)
{
    public static readonly Method<TensorFrame<ReleaseRequest>, TensorFrame<ReleaseReply>> Method =
        TensorMethod.Duplex<ReleaseRequest, ReleaseReply>("rosfl.v1.Release", "Body");

    private readonly StreamCount streams = new(limits.StreamsPerSite);

    public async Task ReleaseAsync(IAsyncStreamReader<TensorFrame<ReleaseRequest>> requests, IServerStreamWriter<TensorFrame<ReleaseReply>> replies, ServerCallContext call)
    {
        try
        {
            var request = await limits.HelloAsync(new TensorFrameReader<ReleaseRequest>(requests).ControlAsync, call.CancellationToken)
                ?? throw new RosflException(ExitCode.Protocol, "A site must say which body it asks for.");
            var caller = call.Caller();
            var study = Find(request, caller);
            using var counted = streams.Add(request.Study, caller.Party.Name);
            var body = study.BodyAfter(request.Round);
            released(new(AuditEventKind.Released) { Party = caller.Party.ToString(), Study = request.Study, Round = request.Round, Hash = Convert.ToHexStringLower(body.Hash()) });
            await limits.TransferAsync(body.Arrays.Sum(a => a.Bytes), "reading the body", time => SendAsync(body, new(replies), time), call.CancellationToken);
        }
        catch (RosflException refusal)
        {
            throw Refused(refusal, null);
        }
    }

    private RpcException Refused(RosflException refusal, Manifest? ours)
    {
        refused(refusal);
        return WireRefusal.ToRpc(refusal, ours);
    }

    private static RosflException OtherManifest(Caller caller, Manifest ours) => new(ExitCode.ManifestDiffers,
        $"{caller.Party} holds another manifest of study '{ours.Study}' than this computation server ({ours.Hash}): 'rosfl study diff' shows what differs; approve the same one.");

    private static async Task<bool> SendAsync(Weights body, TensorFrameWriter<ReleaseReply> writer, CancellationToken cancellation)
    {
        await writer.ControlAsync(new ReleaseReply { Version = WireVersion.Own }, cancellation);
        foreach (var array in body.Arrays) await writer.ArrayAsync(array, cancellation);
        return true;
    }

    /// <summary>The study, if this caller may have its body.</summary>
    private ReleasedStudy Find(ReleaseRequest request, Caller caller)
    {
        WireVersion.Agree(request.Version, caller.Party.ToString());
        var study = studies.GetValueOrDefault(request.Study)
            ?? throw new RosflException(ExitCode.Protocol, $"Study '{Quoted.Shortened(request.Study)}' is unknown to this computation server: check the study's id.");
        study.Manifest.Admit(caller.Party, caller.Key);
        if (request.Manifest != study.Manifest.Hash)
            throw Refused(OtherManifest(caller, study.Manifest), study.Manifest);
        Consent.Require(study.Manifest, [.. request.Consents.Select(text => StrictJson.Read<Consent>(text, "A consent"))], caller.Party);
        return study;
    }
}
