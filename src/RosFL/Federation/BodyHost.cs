using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>
/// The computation server: one body for each site, or one for all. A replica lives only while its site trains; between rounds the host
/// keeps numbers: the global body, every site's optimizer state, the correction's memory. Both versions stand until the outcome is known.
/// </summary>
public sealed class BodyHost(Study study, IReadOnlyList<string> sites) : IBodyHost
{
    private const string SharedName = "shared";
    private readonly Lock gate = new();
    private readonly Dictionary<string, (Weights Body, IReadOnlyList<NamedArray> Optimizer)> trained = [];
    private BodyHostState committed = BodyHostState.Begin(study), prepared = BodyHostState.Begin(study);
    private SharedBody? shared;
    private MergedPart? merged;

    /// <summary>The committed state, to be stored and given back.</summary>
    public BodyHostState State
    {
        get => committed;
        set => committed = prepared = value;
    }

    /// <summary>The state of a round that is about to be committed.</summary>
    public BodyHostState Prepared => prepared;

    /// <summary>Mean and corrected body of the round just prepared, for the run folder of a simulation.</summary>
    public MergedPart? LastMerge => merged;

    private bool IsShared => study.Algorithm.Body == BodyPlace.Shared;

    public Task BeginAsync(int round, CancellationToken cancellation)
    {
        trained.Clear();
        shared = IsShared && study.Algorithm.Order == SiteOrder.Together ? new SharedBody(study, sites, round, cancellation) : null;
        return Task.CompletedTask;
    }

    /// <summary>The link of a site for its training in the round that has begun. Called and used on the site's own torch thread.</summary>
    public IBodyLink Open(string site)
    {
        if (shared is not null) return shared.Open(site, () => NewReplica(SharedName), body => Retire(SharedName, body));
        var name = IsShared ? SharedName : site;
        return new LocalBodyLink(NewReplica(name), body => Retire(name, body));
    }

    /// <summary>A link to the committed body, for inference alone.</summary>
    public IBodyLink OpenCommitted()
    {
        var body = study.NewBody();
        body.Part.Write(committed.Body);
        return new LocalBodyLink(body);
    }

    public Task<BodyMerge> PrepareAsync(MergeDecision decision, CancellationToken cancellation)
    {
        var bodies = decision.Sites.Select(s => trained[IsShared ? SharedName : s].Body).ToList();
        var anchor = study.AnchorOf(PartName.Body, decision.Round, committed.Body);
        merged = IsShared
            ? new MergedPart(bodies[0], bodies[0], [], 0)
            : PartMerge.Of(study, PartName.Body, bodies, decision.Weights, anchor, decision.Round, committed.Memory);
        prepared = new BodyHostState(merged.Weights, merged.Memory,
            new Dictionary<string, IReadOnlyList<NamedArray>>([.. committed.Optimizers.Where(o => !trained.ContainsKey(o.Key)), .. trained.Select(t => KeyValuePair.Create(t.Key, t.Value.Optimizer))]));
        var hash = Convert.ToHexStringLower(prepared.Body.Hash());
        return Task.FromResult(new BodyMerge(hash, [.. bodies.Select(b => b.DriftFrom(committed.Body))], merged.LargestChange));
    }

    public Task CommitAsync(int round, CancellationToken cancellation)
    {
        committed = prepared;
        return Task.CompletedTask;
    }

    public Task AbortAsync(int round, CancellationToken cancellation)
    {
        prepared = committed;
        return Task.CompletedTask;
    }

    private BodyReplica NewReplica(string name)
    {
        var body = study.NewBody();
        lock (gate)
        {
            var (weights, optimizer) = IsShared && trained.TryGetValue(name, out var passedOn)
                ? passedOn
                : (committed.Body, committed.Optimizers.GetValueOrDefault(name, []));
            body.Part.Write(weights);
            body.Optimizer.Restore(optimizer);
            body.Optimizer.BeginRound(committed.Body);
        }
        return body;
    }

    private void Retire(string name, BodyReplica body)
    {
        lock (gate) trained[name] = (body.Part.Read().And(body.Optimizer.EndRound()), body.Optimizer.Save());
    }
}
