using System.Text.Json;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Federation;

/// <summary>
/// The computation server: one body for each site, or one for all. A replica lives only while its site trains; between rounds the host
/// keeps numbers: the global body, every site's optimizer state, the correction's memory. Both versions stand until the outcome is known.
/// </summary>
/// <param name="durable">Where both versions are kept across a restart; null in a simulation, whose checkpoint holds them.</param>
public sealed class BodyHost(Study study, TwoVersions? durable = null) : IBodyHost
{
    private readonly Lock gate = new();
    private readonly TrainedBodies trained = new(study);
    private BodyHostState? state, prepared;
    private (RoundKey Key, BodyMerge Answer)? pending;
    private BodyRound? current;
    private SharedBody? shared;
    private CancellationTokenSource ended = new();

    /// <summary>The committed state, to be stored and given back.</summary>
    public BodyHostState State
    {
        get => state ??= Kept(durable?.Committed()) ?? BodyHostState.Begin(study);
        set => (state, prepared, pending) = (value, null, null);
    }

    /// <summary>The state of a round that is about to be committed; the committed one where there is none.</summary>
    public BodyHostState Prepared => prepared ?? State;

    /// <summary>Mean and corrected body of the round just prepared, for the run folder of a simulation.</summary>
    public MergedPart? LastMerge { get; private set; }

    /// <summary>Where the study stands here, for those whose message is refused.</summary>
    public RoundKey? Current => current?.Key;

    public Task BeginAsync(BodyRound round, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (current?.Key == round.Key) return Task.CompletedTask; // told again
            if (current is { } later && (later.Key.Round, later.Key.Attempt).CompareTo((round.Key.Round, round.Key.Attempt)) > 0)
                throw new RoundLostException($"The computation server is in {later.Key} already and not in {round.Key}.");
            Settle(round.Last);
            End();
            ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            current = round;
            trained.Begin(round);
            shared = study.Algorithm is { Body: BodyPlace.Shared, Order: SiteOrder.Together } ? new SharedBody(study, round.Sites, round.Key.Round, ended.Token) : null;
        }
        CrashPoint.Reach("compute-begun");
        return Task.CompletedTask;
    }

    /// <summary>A link for one site, to train its body in the round that has begun or to ask a committed one. Used on one torch thread.</summary>
    /// <exception cref="RoundLostException">That round has not begun here.</exception>
    public IHostedBody Open(BodyOrder order)
    {
        if (!order.Training) return OpenCommitted(order.Key.Round);
        SharedBody? turns;
        lock (gate)
        {
            if (current is null || current.Key.Study != order.Key.Study || current.Key.Round != order.Key.Round || order.Key.Attempt < current.Key.Attempt)
                throw new RoundLostException($"The computation server is in {current?.Key.ToString() ?? "no round"} and not in {order.Key}.");
            trained.Open(order);
            turns = shared;
        }
        if (turns is not null) return turns.Open(order.Site, () => NewReplica(order), body => Retire(order, body));
        return new LocalBodyLink(NewReplica(order), body => Retire(order, body));
    }

    public Task<BodyMerge> PrepareAsync(MergeDecision decision, CancellationToken cancellation)
    {
        lock (gate)
        {
            Recall();
            if (pending is { } done && done.Key == decision.Key) return Task.FromResult(done.Answer);
            if (current?.Key != decision.Key) throw new RoundLostException($"The computation server is in {current?.Key.ToString() ?? "no round"} and not in {decision.Key}.");
            if (!Guards.Holds(Guards.Survivors)) decision = trained.Everybody(decision);
            var bodies = trained.Of(decision);
            LastMerge = Merge(decision, [.. bodies.Select(b => b.Weights)]);
            prepared = new BodyHostState(LastMerge.Weights, LastMerge.Memory, trained.OptimizersAfter(decision, State.Optimizers));
            var answer = new BodyMerge(Convert.ToHexStringLower(prepared.Body.Hash()), [.. bodies.Select(b => b.Weights.DriftFrom(State.Body))], LastMerge.LargestChange);
            durable?.Prepare(new(decision.Key, prepared.ToArrays(), JsonSerializer.Serialize(answer)));
            pending = (decision.Key, answer);
            CrashPoint.Reach("compute-prepared");
            return Task.FromResult(answer);
        }
    }

    public Task CommitAsync(CommitRecord record, IReadOnlySet<int> keep, CancellationToken cancellation)
    {
        lock (gate) Commit(record, keep);
        return Task.CompletedTask;
    }

    public Task AbortAsync(RoundKey key, CancellationToken cancellation)
    {
        lock (gate)
        {
            Recall();
            if (pending?.Key == key) Forget();
            if (current?.Key == key) End();
        }
        return Task.CompletedTask;
    }

    /// <summary>A link to a committed body, for inference alone.</summary>
    private LocalBodyLink OpenCommitted(int round)
    {
        var body = study.NewBody();
        body.Part.Write(BodyAfter(round));
        return new LocalBodyLink(body);
    }

    /// <summary>The body that a committed round ended with.</summary>
    /// <exception cref="RosflException">It is not kept.</exception>
    public Weights BodyAfter(int round)
    {
        lock (gate)
            return durable is null || durable.LastRecord?.Key.Round == round ? State.Body : Kept(durable.Committed(round))?.Body
                ?? throw new RosflException(ExitCode.InvalidFile, $"The body of round {round + 1} is not kept: ask for one of the last two rounds or the best.");
    }

    private MergedPart Merge(MergeDecision decision, IReadOnlyList<Weights> bodies) => study.Algorithm.Body == BodyPlace.Shared
        ? new MergedPart(bodies[^1], bodies[^1], [], 0)
        : PartMerge.Of(study, PartName.Body, bodies, decision.Weights, study.AnchorOf(PartName.Body, decision.Key.Round, State.Body), decision.Key.Round, State.Memory);

    /// <summary>What the last record says of a round that this server prepared and did not hear the end of.</summary>
    private void Settle(CommitRecord? last)
    {
        Recall();
        if (pending is { } open)
            if (last?.Key == open.Key) Commit(last, new HashSet<int>());
            else Forget();
        if (durable is not null && durable.LastRecord?.Hash != last?.Hash)
            throw new RosflException(ExitCode.CannotResume,
                $"The computation server's state ends with {durable.LastRecord?.Key.ToString() ?? "no round"} and the study's with {last?.Key.ToString() ?? "no round"}: restore the folder that is behind.");
    }

    private void Commit(CommitRecord record, IReadOnlySet<int> keep)
    {
        Recall();
        if (pending is not { } open || open.Key != record.Key)
        {
            if (durable is null || durable.LastRecord?.Hash == record.Hash) return;
            throw new RosflException(ExitCode.CannotResume,
                $"The computation server has nothing prepared for {record.Key}, which is committed; its state ends with {durable.LastRecord?.Key.ToString() ?? "no round"}: restore its folder.");
        }
        if (open.Answer.Hash != record.BodyHash) throw new InvalidOperationException($"Another body is prepared for {record.Key}.");
        CrashPoint.Reach("compute-told");
        durable?.Commit(record, record.Key.Attempt, keep);
        CrashPoint.Reach("compute-committed");
        State = Prepared;
        End();
    }

    /// <summary>After a restart the prepared version is the one on disk.</summary>
    private void Recall()
    {
        if (pending is not null || durable?.Prepared() is not { } version) return;
        prepared = Kept(version);
        pending = (version.Key, JsonSerializer.Deserialize<BodyMerge>(version.Answer)!);
    }

    private void Forget()
    {
        durable?.Abort();
        (prepared, pending) = (null, null);
    }

    private void End()
    {
        ended.Cancel();
        current = null;
        shared = null;
    }

    private BodyHostState? Kept(PartyVersion? version) => version is null ? null : BodyHostState.From(version.Arrays, study);

    private BodyReplica NewReplica(BodyOrder order)
    {
        var body = study.NewBody();
        lock (gate)
        {
            var start = trained.StartOf(order, State);
            body.Part.Write(start.Weights);
            body.Optimizer.Restore(start.Optimizer);
            body.Optimizer.BeginRound(State.Body);
        }
        return body;
    }

    private void Retire(BodyOrder order, BodyReplica body)
    {
        var after = new TrainedBody(order.Key.Attempt, body.Part.Read().And(body.Optimizer.EndRound()), body.Optimizer.Save(), body.Steps);
        lock (gate)
            if (current is not null && current.Key.Round == order.Key.Round) trained.Retire(order, after);
    }
}
