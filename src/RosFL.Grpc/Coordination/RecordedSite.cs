using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>A site that tells of each round that it committed, once it has.</summary>
public sealed class RecordedSite(ISite site, Action<CommitRecord> committed) : ISite
{
    public string Name => site.Name;

    public long Weight => site.Weight;

    public bool IsHere => site.IsHere;

    public Task HereAsync(CancellationToken cancellation) => site.HereAsync(cancellation);

    public Task<Training.Model> InitialAsync(CancellationToken cancellation) => site.InitialAsync(cancellation);

    public Task<SiteUpdate> TrainAsync(RoundStart start, CancellationToken cancellation) => site.TrainAsync(start, cancellation);

    public async Task CommitAsync(CommitRecord record, CancellationToken cancellation)
    {
        await site.CommitAsync(record, cancellation);
        committed(record);
    }

    public Task AbortAsync(RoundKey key, CancellationToken cancellation) => site.AbortAsync(key, cancellation);

    public Task<IReadOnlyList<ScoreRecord>> EvaluateAsync(EvaluationOrder order, CancellationToken cancellation) => site.EvaluateAsync(order, cancellation);
}
