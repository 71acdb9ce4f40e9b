using Grpc.Core;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>The computation server's end of the aggregation server's calls. Each may be repeated: it is then answered again.</summary>
public sealed class BodyHostService(IReadOnlyDictionary<string, IBodyHost> studies) : BodyHosts.BodyHostsBase
{
    // a call that was given up must not end the round that it began
    private static readonly CancellationToken Uncancelled = CancellationToken.None;

    public override Task<BodiesDone> Begin(BeginBodies request, ServerCallContext call) => TellAsync(request.Study, host =>
        host.BeginAsync(new BodyRound(new(request.Study, request.Round, request.Attempt), request.Sites, WireJson.ReadOptional<CommitRecord>(request.Last)), Uncancelled));

    public override Task<BodiesMerged> Prepare(PrepareBodies request, ServerCallContext call) => AnswerAsync(request.Study, async host =>
    {
        var merged = await host.PrepareAsync(WireJson.Read<MergeDecision>(request.Decision), Uncancelled);
        return new BodiesMerged { Hash = merged.Hash, Drift = { merged.Drift }, LargestChange = merged.LargestChange };
    });

    public override Task<BodiesDone> Commit(CommitBodies request, ServerCallContext call) => TellAsync(request.Study, host =>
        host.CommitAsync(WireJson.Read<CommitRecord>(request.Record), request.Keep.ToHashSet(), Uncancelled));

    public override Task<BodiesDone> Abort(AbortBodies request, ServerCallContext call) => TellAsync(request.Study, host =>
        host.AbortAsync(new RoundKey(request.Study, request.Round, request.Attempt), Uncancelled));

    private Task<BodiesDone> TellAsync(string study, Func<IBodyHost, Task> tell) => AnswerAsync(study, async host =>
    {
        await tell(host);
        return new BodiesDone();
    });

    private async Task<T> AnswerAsync<T>(string study, Func<IBodyHost, Task<T>> ask)
    {
        if (!studies.TryGetValue(study, out var host))
            throw new RpcException(new Status(StatusCode.NotFound, "This computation server runs no study of that name: correct the configuration."));
        try
        {
            return await ask(host);
        }
        catch (RoundLostException lost)
        {
            throw WireRefusal.ToRpc(lost);
        }
        catch (RosflException refused)
        {
            throw WireRefusal.ToRpc(refused);
        }
    }
}
