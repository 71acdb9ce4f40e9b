using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>What the coordinator tells a site at the beginning of a round.</summary>
/// <param name="Global">The global parts that the site trains on from.</param>
/// <param name="Travelling">Relay: the optimizer state that came with them from the site before; null otherwise.</param>
public sealed record RoundStart(int Round, Model Global, IReadOnlyList<NamedArray>? Travelling = null);

/// <summary>What a site gives after its local training.</summary>
/// <param name="Parts">The site's parts, with an algorithm's own vectors behind their weights.</param>
/// <param name="Travelling">Relay: optimizer state for the next site.</param>
public sealed record SiteUpdate(Model Parts, SiteRound Figures, IReadOnlyList<NamedArray>? Travelling = null);

/// <summary>The coordinator's way to a site.</summary>
public interface ISite
{
    string Name { get; }

    /// <summary>The site's integer weight: training items of one local epoch, fixed at the study's start; 1 under uniform weighting.</summary>
    long Weight { get; }

    /// <summary>Trains the local epochs of a round and keeps both versions of its own state until the outcome is known.</summary>
    Task<SiteUpdate> TrainAsync(RoundStart start, CancellationToken cancellation);

    /// <summary>The round counts: the prepared state becomes the site's state.</summary>
    Task CommitAsync(int round, CancellationToken cancellation);

    /// <summary>The round does not count: the site is where it was when the round began.</summary>
    Task AbortAsync(int round, CancellationToken cancellation);

    /// <summary>Scores a model on the site's own images.</summary>
    Task<IReadOnlyList<ScoreRecord>> EvaluateAsync(EvaluationOrder order, CancellationToken cancellation);
}

/// <summary>Which model to score on which images.</summary>
/// <param name="Model">The parts that a site holds; where the body is elsewhere, its committed state there.</param>
/// <param name="ModelName">"global", or the site whose own model it is.</param>
/// <param name="SplitName">"validation", "test" or "unseen".</param>
public sealed record EvaluationOrder(int Round, Split Split, Model Model, string ModelName = "global", string SplitName = "validation")
{
    /// <summary>Stands for a model where the input itself is scored.</summary>
    public const string InputName = "input";
}
