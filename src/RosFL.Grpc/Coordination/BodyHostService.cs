using Grpc.Core;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>A study's bodies.</summary>
/// <param name="Admit">Throws where a caller is not the aggregation server of the study's roster, with its key.</param>
public sealed record HostedStudy(IBodyHost Host, Action<Caller> Admit);

/// <summary>The computation server's end of the aggregation server's calls. Each may be repeated: it is then answered again.</summary>
/// <param name="committed">Told of each committed round.</param>
/// <param name="refused">Told of each call that is refused.</param>
public sealed class BodyHostService(IReadOnlyDictionary<string, HostedStudy> studies, Action<CommitRecord>? committed = null, Action<RosflException>? refused = null) : BodyHosts.BodyHostsBase
{
    // a call that was given up must not end the round that it began
    private static readonly CancellationToken Uncancelled = CancellationToken.None;

    public override Task<BodiesDone> Begin(BeginBodies request, ServerCallContext call) => TellAsync(request.Study, call, host =>
    {
        WireVersion.Agree(request.Version, "the aggregation server");
        return host.BeginAsync(new BodyRound(new(request.Study, request.Round, request.Attempt), request.Sites, WireJson.ReadOptional<CommitRecord>(request.Last)), Uncancelled);
    });

    public override Task<BodiesMerged> Prepare(PrepareBodies request, ServerCallContext call) => AnswerAsync(request.Study, call, async host =>
    {
        var merged = await host.PrepareAsync(WireJson.Read<MergeDecision>(request.Decision), Uncancelled);
        return new BodiesMerged { Hash = merged.Hash, Drift = { merged.Drift }, LargestChange = merged.LargestChange };
    });

    public override Task<BodiesDone> Commit(CommitBodies request, ServerCallContext call) => TellAsync(request.Study, call, async host =>
    {
        var record = WireJson.Read<CommitRecord>(request.Record);
        await host.CommitAsync(record, request.Keep.ToHashSet(), Uncancelled);
        committed?.Invoke(record);
    });

    public override Task<BodiesDone> Abort(AbortBodies request, ServerCallContext call) => TellAsync(request.Study, call, host =>
        host.AbortAsync(new RoundKey(request.Study, request.Round, request.Attempt), Uncancelled));

    private Task<BodiesDone> TellAsync(string study, ServerCallContext call, Func<IBodyHost, Task> tell) => AnswerAsync(study, call, async host =>
    {
        await tell(host);
        return new BodiesDone { Version = WireVersion.Own };
    });

    private async Task<T> AnswerAsync<T>(string study, ServerCallContext call, Func<IBodyHost, Task<T>> ask)
    {
        if (!studies.TryGetValue(study, out var hosted))
            throw new RpcException(new Status(StatusCode.NotFound, "This computation server runs no study of that name: correct the configuration."));
        try
        {
            hosted.Admit(call.Caller());
            return await ask(hosted.Host);
        }
        catch (RoundLostException lost)
        {
            throw WireRefusal.ToRpc(lost);
        }
        catch (RosflException refusal)
        {
            refused?.Invoke(refusal);
            throw WireRefusal.ToRpc(refusal);
        }
    }
}
