using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Grpc.Bodies;

/// <summary>A body host whose sites come over the network: their sessions begin and end with its rounds.</summary>
public sealed class ServedBodyHost(BodyHost host, BodyStudy sites) : IBodyHost
{
    public async Task BeginAsync(BodyRound round, CancellationToken cancellation)
    {
        await host.BeginAsync(round, cancellation); // ends the turns of the round before, for which its sessions may wait
        await sites.BeginAsync(round.Key);
    }

    public Task<BodyMerge> PrepareAsync(MergeDecision decision, CancellationToken cancellation) => host.PrepareAsync(decision, cancellation);

    public async Task CommitAsync(CommitRecord record, IReadOnlySet<int> keep, CancellationToken cancellation)
    {
        await host.CommitAsync(record, keep, cancellation);
        await sites.EndAsync(record.Key);
    }

    public async Task AbortAsync(RoundKey key, CancellationToken cancellation)
    {
        await host.AbortAsync(key, cancellation);
        await sites.EndAsync(key);
    }
}
