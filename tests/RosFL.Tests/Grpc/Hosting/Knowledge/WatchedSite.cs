using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Hosting.Knowledge;

/// <summary>Passes everything on, and shows the global parts that a site is given, those that it has trained before anything hides them, and its predictions when it is tested.</summary>
internal sealed class WatchedSite(ISite inner, Action<Model> given, Func<Model, Task> trained, Func<IReadOnlyList<NamedArray>, Task> predicted) : ISite
{
    public string Name => inner.Name;

    public long Weight => inner.Weight;

    public bool IsHere => inner.IsHere;

    public Task HereAsync(CancellationToken cancellation) => inner.HereAsync(cancellation);

    public Task<Model> InitialAsync(CancellationToken cancellation) => inner.InitialAsync(cancellation);

    public async Task<SiteUpdate> TrainAsync(RoundStart start, CancellationToken cancellation)
    {
        given(start.Global);
        var update = await inner.TrainAsync(start, cancellation);
        await trained(update.Parts);
        return update;
    }

    public Task CommitAsync(CommitRecord record, CancellationToken cancellation) => inner.CommitAsync(record, cancellation);

    public Task AbortAsync(RoundKey key, CancellationToken cancellation) => inner.AbortAsync(key, cancellation);

    public async Task<IReadOnlyList<ScoreRecord>> EvaluateAsync(EvaluationOrder order, CancellationToken cancellation)
    {
        given(order.Model);
        if (order is { Split: Split.Test, ModelName: not EvaluationOrder.InputName } && inner is Site site)
            await predicted(await site.PredictAsync(order.Round, order.Model, cancellation));
        return await inner.EvaluateAsync(order, cancellation);
    }
}
