using System.Text.Json;
using RosFL.Federation;
using RosFL.Grpc.Coordination.Hidden;
using RosFL.Grpc.Watching;
using RosFL.Imaging;
using RosFL.Models;
using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Coordination;

/// <summary>
/// One study at the aggregation server, recorded in a run folder as a simulation is: rounds over sites and a computation server in other
/// processes, scores, and the test of the best round. A server that was killed goes on from the last committed round.
/// </summary>
public sealed class AggregationStudy : IDisposable
{
    private const string Left = "left";
    private static readonly TimeSpan SpacePeriod = TimeSpan.FromSeconds(5);
    private readonly RunFolder folder;
    private readonly OperatorOrder order;
    private readonly TimeProvider time;
    private readonly Study study;
    private readonly RunRecord record;
    private readonly IReadOnlyList<RemoteSite> sites;
    private readonly IBodyHost? bodies;
    private readonly RoundPolicy policy;
    private readonly SealedFolder? states;
    private readonly IRoundMerge? merge;
    private readonly Action<SimulationProgress> progress;

    /// <param name="manifest">Names the sites, in the order of all sums, and says when a round may do without one.</param>
    /// <param name="bodies">The computation server; null where the algorithm needs none.</param>
    /// <param name="identity">This server's, with which it signs in secure aggregation; stays the caller's.</param>
    public AggregationStudy(RunFolder folder, Manifest manifest, IBodyHost? bodies, Identity identity, TimeProvider time, Action<SimulationProgress>? progress = null)
    {
        (this.folder, this.time, this.progress) = (folder, time, progress ?? (_ => { }));
        policy = new RoundPolicy { Sites = manifest.Terms.Quorum.Sites, Share = manifest.Terms.Quorum.Weight, Patience = TimeSpan.FromSeconds(manifest.Terms.Quorum.IdleSeconds) };
        order = new OperatorOrder(folder.Path, time);
        study = new Study(folder.Run.Options, StudySeeds.OfNobody);
        NetworkRules.Refuse(study);
        this.bodies = study.HasBodyHost ? bodies ?? throw new RosflException(ExitCode.InvalidRun,
            $"Algorithm '{study.Algorithm.Name}' keeps bodies at a computation server and study '{study.Id}' names none: set computationServer.") : null;
        record = new RunRecord(folder, study, this.progress);
        if (study.HidesParts)
        {
            policy = policy with { Sites = Threshold.Of(manifest).Quorum };
            states = SealedFolder.Of(folder.Path);
            merge = new HiddenMerge(study, manifest, identity, () => sites![0].InitialHash, states, policy.Patience, time, Notice); // asked when there are sites
        }
        sites = [.. manifest.Sites.Select(name => new RemoteSite(study.Id, name, policy.Patience, time, step => this.progress(new SimulationProgress.Stepped(step)))
        {
            GiveState = states is null ? null : states.GiveAsync,
        })];
        Room = new(study, manifest, sites);
    }

    /// <summary>Of the server, told what hinders the training.</summary>
    public PartyHealth Health { get; init; } = new();

    /// <summary>Where this study's sites join.</summary>
    public StudyRoom Room { get; }

    private string RosterPath => Path.Combine(folder.Path, "roster.json");

    /// <summary>Trains to the last round from wherever the run folder is, tests the best round once, and lets the sites go.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var (running, aborted) = (RunOrderedAsync(abort.Token), order.AbortedAsync(abort.Token));
        var isAborted = await Task.WhenAny(running, aborted) == aborted;
        await abort.CancelAsync();
        if (!isAborted) await running;
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        cancellation.ThrowIfCancellationRequested();
        if (!isAborted) return;
        order.Give(OperatorWish.Run);
        throw new RosflException(ExitCode.Interrupted, $"Study '{study.Id}' was aborted by the operator; its committed rounds are kept, and started again it goes on.");
    }

    private async Task RunOrderedAsync(CancellationToken cancellation)
    {
        if (study.HidesParts) progress(new SimulationProgress.Phase(Threshold.Of(Room.Manifest).Sentence));
        await GatherAsync(cancellation);
        var state = record.Restore([])?.Rounds ?? RoundState.Begin(await InitialAsync(cancellation));
        progress(new SimulationProgress.Began(state.Round, sites.ToDictionary(s => s.Name, s => s.Facts.StepsPerRound)));
        state = await TrainAsync(state, cancellation);
        record.Finish(state.Round - 1);
        if (!record.IsTested) await TestAsync(cancellation);
        CrashPoint.Reach("aggregate-tested");
        await FinishAsync(cancellation);
    }

    /// <summary>Tests the best round again at every site, when all have come, and lets the sites go. Each then has the model that it predicts with.</summary>
    /// <exception cref="RosflException">Training is not over.</exception>
    public async Task EvaluateAsync(CancellationToken cancellation)
    {
        var done = record.Store.Rounds().Count;
        if (done < study.Run.Rounds)
            throw new RosflException(ExitCode.InvalidRun, $"Study '{study.Id}' has {done} of {study.Run.Rounds} rounds: let 'rosfl aggregate' finish it first.");
        await GatherAsync(cancellation);
        await Task.WhenAll(sites.Select(s => s.HereAsync(cancellation)));
        await TestAsync(cancellation);
        await FinishAsync(cancellation);
    }

    /// <summary>Tells every site that the study is over; one that is away and has not heard it has the quorum's patience to come back. While this process runs, one that comes later is told too.</summary>
    private async Task FinishAsync(CancellationToken cancellation)
    {
        var round = TestedRound;
        var end = Room.Manifest.Terms.MayAssemble && record.Store.Ledger.Record(study.Id, round) is { } counts
            ? new StudyEnd(ModelFacts.Of(record.Store, study.Id, round), counts) : null;
        var left = record.Store.Events().Where(e => e.Kind == Left).Select(e => e.Site).ToHashSet();
        await Task.WhenAll(sites.Where(s => s.IsHere || !left.Contains(s.Name)).Select(s => LetGoAsync(s, end, cancellation)));
        foreach (var site in sites) site.LetGo(end);
    }

    private async Task LetGoAsync(RemoteSite site, StudyEnd? end, CancellationToken cancellation)
    {
        try
        {
            await site.FinishAsync(end, cancellation);
            record.Store.AddEvent(Left, $"Site '{site.Name}' has heard that the study is over", site: site.Name);
        }
        catch (SiteLostException lost)
        {
            Notice(TestedRound, $"Site '{site.Name}' has not heard that the study is over: {lost.Message}");
        }
    }

    private int TestedRound => record.Best ?? record.Store.LastRound()!.Round;

    public void Dispose() => record.Dispose();

    /// <summary>All rounds. A party whose disk is full stops the training until it can write again; nothing is lost meanwhile.</summary>
    private async Task<RoundState> TrainAsync(RoundState state, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await PassAsync(cancellation);
                return await new Rounds(study, sites, bodies, record.Store.Ledger, policy, Commit, CommittedAsync, Keep, Notice, merge).RunAsync(state, cancellation);
            }
            catch (RosflException full) when (full.Code == ExitCode.NoSpace)
            {
                Health.Failed(full);
                progress(new SimulationProgress.Phase($"Training pauses: {full.Message}"));
                await Task.Delay(SpacePeriod, time, cancellation);
                state = record.Restore([])?.Rounds ?? state;
            }
        }
    }

    private async Task CommittedAsync(RoundState state, CancellationToken cancellation)
    {
        await ScoreAsync(state, cancellation);
        await PassAsync(cancellation);
    }

    /// <summary>Waits while the operator pauses the study.</summary>
    private async Task PassAsync(CancellationToken cancellation)
    {
        await order.PassAsync(() =>
        {
            Health.Hindered(PartyHealth.Paused);
            progress(new SimulationProgress.Phase("Paused by the operator; 'rosfl resume' goes on"));
        }, cancellation);
        Health.Ready();
    }

    /// <summary>Waits for every site's first hello; what they said of themselves is fixed from then on.</summary>
    private async Task GatherAsync(CancellationToken cancellation)
    {
        if (File.Exists(RosterPath))
        {
            var roster = JsonSerializer.Deserialize<Dictionary<string, SiteFacts>>(await File.ReadAllTextAsync(RosterPath, cancellation))!;
            RefuseNewcomers(roster.Keys);
            foreach (var site in sites) site.Facts = roster[site.Name];
        }
        else
        {
            progress(new SimulationProgress.Phase($"Waiting for {sites.Count} sites"));
            await Task.WhenAll(sites.Select(s => s.HereAsync(cancellation)));
            AtomicFile.WriteText(RosterPath, JsonSerializer.Serialize(sites.ToDictionary(s => s.Name, s => s.Facts)));
        }
        record.Store.SetSites([.. sites.Select(s => s.Facts.Size(s.Name))]);
    }

    /// <summary>A revised manifest may name a site that was not there when the study began, and has no part of it.</summary>
    private void RefuseNewcomers(IReadOnlyCollection<string> begun)
    {
        var newcomers = sites.Select(s => s.Name).Except(begun).ToList();
        if (newcomers.Count > 0)
            throw new RosflException(ExitCode.CannotResume,
                $"Study '{study.Id}' began with the sites {string.Join(", ", begun)}, and its manifest now names {string.Join(", ", newcomers)} too: take them out of the next revision, or begin a new study with them.");
    }

    /// <summary>The sites' own beginning, on which all of them must agree.</summary>
    private async Task<Model> InitialAsync(CancellationToken cancellation)
    {
        var models = await Task.WhenAll(sites.Select(s => s.InitialAsync(cancellation)));
        string Hash(int site) => study.HidesParts ? sites[site].InitialHash : models[site].Hash();
        var other = models.Index().FirstOrDefault(m => Hash(m.Index) != Hash(0));
        return other.Item is null ? models[0] : throw new RosflException(ExitCode.InvalidRun,
            $"Sites '{sites[0].Name}' and '{sites[other.Index].Name}' begin with different weights: give them the same shared secret.");
    }

    private void Commit(CommittingRound round)
    {
        record.Commit(round, new SimulationState(round.Next, null, new Dictionary<string, SiteState>()), null);
        states?.Keep(round.Decision.Key.Round, record.Best);
    }

    private HashSet<int> Keep() => record.Best is { } best ? [best] : [];

    private void Notice(int round, string message)
    {
        record.Store.AddEvent("round", message, round);
        progress(new SimulationProgress.Phase(message));
    }

    private async Task ScoreAsync(RoundState state, CancellationToken cancellation)
    {
        if (record.IsScoreDue(state)) await AskAsync(state, state.Round - 1, Split.Validation, "validation", "global", cancellation);
    }

    /// <summary>The best round by validation (the last where there is none) on test images.</summary>
    private async Task TestAsync(CancellationToken cancellation)
    {
        var round = TestedRound;
        progress(new SimulationProgress.Phase($"Testing round {round + 1}"));
        var state = record.Load(round, []).Rounds;
        await AskAsync(state, round, Split.Test, "test", "global", cancellation);
        CrashPoint.Reach("aggregate-scored");
        if (study.Run.Task != StudyTask.Segmentation) await AskAsync(state, round, Split.Test, "test", EvaluationOrder.InputName, cancellation);
    }

    /// <summary>A site that stays away is left out: no score undoes a round.</summary>
    private async Task AskAsync(RoundState state, int round, Split split, string splitName, string model, CancellationToken cancellation)
    {
        try
        {
            // only committed rounds are scored, and those have a record
            await record.ScoreAsync(sites.Select(s => ((ISite)s, new EvaluationOrder(round, split, state.Global, model, splitName, state.Last!.PartsHash))), cancellation);
        }
        catch (SiteLostException lost)
        {
            Notice(round, $"Round {round + 1} is not scored: {lost.Message}");
        }
    }
}
