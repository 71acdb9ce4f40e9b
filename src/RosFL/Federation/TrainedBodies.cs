using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>A body after a site's part of a round.</summary>
/// <param name="Attempt">The site's attempt in which it was trained.</param>
/// <param name="Steps">Steps that its optimizer took.</param>
public sealed record TrainedBody(int Attempt, Weights Weights, IReadOnlyList<NamedArray> Optimizer, int Steps);

/// <summary>The bodies of the round that is going on: each site's latest attempt only.</summary>
internal sealed class TrainedBodies(Study study)
{
    /// <summary>Stands for the site where all sites train one body.</summary>
    public const string SharedName = "shared";

    private readonly Dictionary<string, TrainedBody> trained = [];
    private readonly Dictionary<string, int> attempts = [];
    private IReadOnlyList<string> sites = [];

    private bool IsShared => study.Algorithm.Body == BodyPlace.Shared;

    private bool IsRelay => study.Algorithm.Order == SiteOrder.Relay;

    public void Begin(BodyRound round)
    {
        trained.Clear();
        attempts.Clear();
        sites = round.Sites;
        foreach (var site in sites) attempts[site] = round.Key.Attempt;
    }

    /// <summary>From now on only this attempt of the site counts.</summary>
    public void Open(BodyOrder order)
    {
        if (!attempts.TryGetValue(order.Site, out var known)) throw new RoundLostException($"Site '{order.Site}' takes no part in {order.Key}.");
        if (order.Key.Attempt < known) throw new RoundLostException($"Site '{order.Site}' is in attempt {known} already and not in {order.Key}.");
        attempts[order.Site] = order.Key.Attempt;
        trained.Remove(order.Site);
    }

    /// <summary>Where a replica begins: at the committed body, or in a relay at what the site before has made.</summary>
    public (Weights Weights, IReadOnlyList<NamedArray> Optimizer) StartOf(BodyOrder order, BodyHostState committed)
    {
        if (IsRelay && sites.TakeWhile(s => s != order.Site).LastOrDefault() is { } before)
            return trained.TryGetValue(before, out var passedOn) ? (passedOn.Weights, passedOn.Optimizer)
                : throw new RoundLostException($"Site '{before}' has not passed its body on to '{order.Site}' in {order.Key}.");
        return (committed.Body, committed.Optimizers.GetValueOrDefault(IsShared ? SharedName : order.Site, []));
    }

    public void Retire(BodyOrder order, TrainedBody body)
    {
        if (attempts.GetValueOrDefault(order.Site) == order.Key.Attempt) trained[IsShared && !IsRelay ? SharedName : order.Site] = body;
    }

    /// <summary>The bodies that count, in the decision's order; the one body where all share it.</summary>
    /// <exception cref="RoundLostException">One is missing, of another attempt, or took other steps than its site.</exception>
    public IReadOnlyList<TrainedBody> Of(MergeDecision decision) => IsShared && !IsRelay
        ? [.. decision.Survivors.Select(_ => Checked(decision.Key, SharedName, decision.Key.Attempt, decision.Survivors.Sum(s => s.Steps)))]
        : [.. decision.Survivors.Select(s => Checked(decision.Key, s.Site, s.Attempt, s.Steps))];

    /// <summary>The decision with every body that is here, for the test of what that would do.</summary>
    public MergeDecision Everybody(MergeDecision decision) => decision with
    {
        Survivors = [.. trained.Select(t => new Survivor(t.Key, decision.Survivors[0].Weight, t.Value.Attempt, t.Value.Steps))],
    };

    /// <summary>The optimizer states after the round: those of sites outside the decision are where they were.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<NamedArray>> OptimizersAfter(MergeDecision decision, IReadOnlyDictionary<string, IReadOnlyList<NamedArray>> before)
    {
        var after = new Dictionary<string, IReadOnlyList<NamedArray>>(before);
        if (IsShared) after[SharedName] = Of(decision)[^1].Optimizer;
        else
            foreach (var survivor in decision.Survivors) after[survivor.Site] = trained[survivor.Site].Optimizer;
        return after;
    }

    private TrainedBody Checked(RoundKey key, string name, int attempt, int steps)
    {
        if (!trained.TryGetValue(name, out var body) || body.Attempt != attempt)
            throw new RoundLostException($"The body of '{name}' in attempt {attempt} is not here any more ({key}).");
        return body.Steps == steps ? body
            : throw new RoundLostException($"The body of '{name}' took {body.Steps} steps and its site {steps} ({key}).");
    }
}
