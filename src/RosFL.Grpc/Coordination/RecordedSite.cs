using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>
/// A site that tells its own process of each round that it committed, and of the global model that it tested, once it has; and of what keeps it from its work.
/// </summary>
/// <param name="failed">Told why a command could not be done.</param>
public sealed class RecordedSite(ISite site, Action<CommitRecord> committed, Func<KeptModel, CancellationToken, Task>? tested = null, Action<RosflException>? failed = null) : ISite
{
    public string Name => site.Name;

    public long Weight => site.Weight;

    public bool IsHere => site.IsHere;

    public Task HereAsync(CancellationToken cancellation) => site.HereAsync(cancellation);

    public Task<Training.Model> InitialAsync(CancellationToken cancellation) => site.InitialAsync(cancellation);

    public Task<SiteUpdate> TrainAsync(RoundStart start, CancellationToken cancellation) => WatchedAsync(() => site.TrainAsync(start, cancellation));

    public Task CommitAsync(CommitRecord record, CancellationToken cancellation) => WatchedAsync(async () =>
    {
        await site.CommitAsync(record, cancellation);
        committed(record);
        return record;
    });

    public Task AbortAsync(RoundKey key, CancellationToken cancellation) => site.AbortAsync(key, cancellation);

    public async Task<IReadOnlyList<ScoreRecord>> EvaluateAsync(EvaluationOrder order, CancellationToken cancellation)
    {
        var scores = await site.EvaluateAsync(order, cancellation);
        if (tested is not null && order.Split == Split.Test && order.ModelName != EvaluationOrder.InputName) await tested(new(order.Round, order.Model), cancellation);
        return scores;
    }

    private async Task<T> WatchedAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (RosflException failure)
        {
            failed?.Invoke(failure);
            throw;
        }
    }
}
