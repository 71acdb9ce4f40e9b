using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>What the coordinator tells a site at the beginning of a round.</summary>
/// <param name="Key">With the site's own attempt.</param>
/// <param name="Global">The global parts that the site trains on from.</param>
/// <param name="Last">The record of the round before, by which a prepared state whose outcome got lost is settled; null before the first.</param>
/// <param name="Travelling">Relay: the optimizer state that came with them from the site before; null otherwise.</param>
public sealed record RoundStart(RoundKey Key, Model Global, CommitRecord? Last = null, IReadOnlyList<NamedArray>? Travelling = null);

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

    /// <summary>Whether the site can be asked now; one in another process may be away.</summary>
    bool IsHere { get; }

    /// <summary>Ends when the site can be asked.</summary>
    Task HereAsync(CancellationToken cancellation);

    /// <summary>The parts with which the study begins, from the secret that the sites share.</summary>
    Task<Model> InitialAsync(CancellationToken cancellation);

    /// <summary>Trains the local epochs of a round and keeps both versions of its own state until the outcome is known.</summary>
    /// <exception cref="SiteLostException">The site lost its work, or is gone.</exception>
    /// <exception cref="RoundLostException">The computation server lost the round.</exception>
    Task<SiteUpdate> TrainAsync(RoundStart start, CancellationToken cancellation);

    /// <summary>The round counts: where the record counts the site's attempt, its prepared state becomes its state, else it rolls back.</summary>
    Task CommitAsync(CommitRecord record, CancellationToken cancellation);

    /// <summary>The attempt does not count: the site is where it was when the round began.</summary>
    Task AbortAsync(RoundKey key, CancellationToken cancellation);

    /// <summary>Scores a model on the site's own images.</summary>
    Task<IReadOnlyList<ScoreRecord>> EvaluateAsync(EvaluationOrder order, CancellationToken cancellation);
}

/// <summary>Which model to score on which images.</summary>
/// <param name="Round">The committed round whose model it is.</param>
/// <param name="Model">The parts that a site holds; where the body is elsewhere, its committed state there.</param>
/// <param name="ModelName">"global", "input" for the untouched input, or the site whose own model it is.</param>
/// <param name="SplitName">"validation", "test" or "unseen".</param>
/// <param name="PartsHash">Of the model, for a site that holds it itself.</param>
public sealed record EvaluationOrder(int Round, Split Split, Model Model, string ModelName = "global", string SplitName = "validation", string PartsHash = "")
{
    /// <summary>Stands for a model where the input itself is scored.</summary>
    public const string InputName = "input";
}
