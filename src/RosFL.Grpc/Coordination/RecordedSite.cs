using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>A site that tells of each round that it committed, and of the global model that it tested, once it has.</summary>
public sealed class RecordedSite(ISite site, Action<CommitRecord> committed, Action<KeptModel>? tested = null) : ISite
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

    public async Task<IReadOnlyList<ScoreRecord>> EvaluateAsync(EvaluationOrder order, CancellationToken cancellation)
    {
        var scores = await site.EvaluateAsync(order, cancellation);
        if (order.Split == Split.Test && order.ModelName != EvaluationOrder.InputName) tested?.Invoke(new(order.Round, order.Model));
        return scores;
    }
}
