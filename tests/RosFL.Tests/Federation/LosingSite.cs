using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Federation;

/// <summary>A site whose work gets lost where a test says so, before it began or after it was done.</summary>
internal sealed class LosingSite(Site site) : ISite
{
    private TaskCompletionSource here = new();

    /// <summary>What is lost instead of training; null trains.</summary>
    public Func<RoundStart, Exception?> BeforeTraining { get; init; } = _ => null;

    /// <summary>What is lost although the site trained; null delivers.</summary>
    public Func<RoundStart, Exception?> AfterTraining { get; init; } = _ => null;

    /// <summary>What is delivered in place of what the site trained.</summary>
    public Func<SiteUpdate, SiteUpdate> Delivered { get; init; } = update => update;

    public string Name => site.Name;

    public long Weight => site.Weight;

    public bool IsHere { get; private set; } = true;

    /// <summary>How often somebody waited for the site to come back.</summary>
    public int Awaited { get; private set; }

    public static SiteLostException Restarted(string name) => new(name, isGone: false, $"Site '{name}' came back without its work.");

    /// <summary>The site gives no sign any more, until <see cref="Return"/>.</summary>
    public SiteLostException Leave()
    {
        (IsHere, here) = (false, new());
        return new(Name, isGone: true, $"Site '{Name}' gave no sign.");
    }

    public void Return()
    {
        IsHere = true;
        here.TrySetResult();
    }

    public Task HereAsync(CancellationToken cancellation)
    {
        Awaited++;
        if (ReturnsWhenAwaited) Return();
        return here.Task.WaitAsync(cancellation);
    }

    public bool ReturnsWhenAwaited { get; init; }

    public Task<Model> InitialAsync(CancellationToken cancellation) => site.InitialAsync(cancellation);

    public async Task<SiteUpdate> TrainAsync(RoundStart start, CancellationToken cancellation)
    {
        if (BeforeTraining(start) is { } early) throw early;
        var update = await site.TrainAsync(start, cancellation);
        return AfterTraining(start) is { } late ? throw late : Delivered(update);
    }

    public Task CommitAsync(CommitRecord record, CancellationToken cancellation) => site.CommitAsync(record, cancellation);

    public Task AbortAsync(RoundKey key, CancellationToken cancellation) => site.AbortAsync(key, cancellation);

    public Task<IReadOnlyList<ScoreRecord>> EvaluateAsync(EvaluationOrder order, CancellationToken cancellation) => site.EvaluateAsync(order, cancellation);
}
