using System.Diagnostics;
using RosFL.Imaging;
using RosFL.Reports;
using RosFL.Runs;
using RosFL.Training;
using RosFL.Training.Payloads;
using static TorchSharp.torch;

namespace RosFL.Federation;

/// <summary>
/// A hospital: its images, its head and tail, and (where the algorithm says so) its body. All torch work runs on <paramref name="thread"/>.
/// Between rounds it keeps numbers only: optimizer states, and weights that are not shared.
/// </summary>
/// <param name="items">What the site trains on; null for a site that only scores.</param>
/// <param name="images">What the site scores on; null for the pooled site of centralized training.</param>
/// <param name="openBody">Opens the link to the body, for training or for the committed body; unused where the site holds it.</param>
/// <param name="durable">Where both versions are kept across a restart; null in a simulation, whose checkpoint holds them.</param>
public sealed class Site(
    string name, Study study, ITrainingItems? items, SiteImages? images, Func<BodyOrder, IBodyLink> openBody, TorchThread thread,
    Action<StepRecord>? onStep = null, TwoVersions? durable = null) : ISite
{
    private readonly SiteVersions versions = new(name, study, durable);

    public string Name => name;

    public long Weight => study.Run.Algorithm.Weighting == SiteWeighting.Uniform ? 1 : items?.TrainingItems ?? 0;

    /// <summary>The committed state, to be stored and given back.</summary>
    public SiteState State
    {
        get => versions.Committed;
        set => versions.Committed = value;
    }

    /// <summary>The state of a round that is about to be committed; the committed one where there is none.</summary>
    public SiteState Prepared => versions.Prepared ?? versions.Committed;

    public bool IsHere => true;

    public int StepsPerRound => NewSampler().Round(0).Count;

    public Task HereAsync(CancellationToken cancellation) => Task.CompletedTask;

    public Task<Model> InitialAsync(CancellationToken cancellation) => thread.RunAsync(() => study.InitialOf(study.SiteParts));

    public Task<SiteUpdate> TrainAsync(RoundStart start, CancellationToken cancellation) =>
        thread.RunAsync(() => Train(start, cancellation));

    public Task CommitAsync(CommitRecord record, CancellationToken cancellation)
    {
        versions.Settle(record);
        return Task.CompletedTask;
    }

    public Task AbortAsync(RoundKey key, CancellationToken cancellation)
    {
        versions.Abort(key);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ScoreRecord>> EvaluateAsync(EvaluationOrder order, CancellationToken cancellation) =>
        thread.RunAsync(() => Evaluate(order, cancellation));

    /// <summary>One round at the site, from the global parts to the update.</summary>
    private SiteUpdate Train(RoundStart start, CancellationToken cancellation)
    {
        CrashPoint.Reach("site-begun");
        var clock = Stopwatch.StartNew();
        if (start.Last is not null) versions.Settle(start.Last);
        var state = start.Travelling is null ? versions.Start : versions.Start with { Optimizers = start.Travelling };
        var begin = study.Algorithm.Merges || state.Own is null ? state.Over(start.Global) : state.Own;
        using var part = study.NewSitePart();
        using var body = new MeteredBodyLink(OpenBody(begin, state, new BodyOrder(start.Key, name, Training: true) { Cancellation = cancellation }), new PayloadCodec(study.Run.Wire));
        using var penalty = study.NewHeadPenalty(name);
        penalty?.Recall(state.Penalty);
        using var bodyTask = study.NewBodyTask();
        bodyTask?.Recall(state.BodyTask);
        part.Head.Write(begin[PartName.Head]);
        part.Tail.Write(begin[PartName.Tail]);
        part.HeadOptimizer.Restore(state.Of(PartName.Head));
        part.TailOptimizer.Restore(state.Of(PartName.Tail));
        part.HeadOptimizer.BeginRound(start.Global[PartName.Head]);
        part.TailOptimizer.BeginRound(start.Global[PartName.Tail]);

        var (loss, steps, count) = TrainSteps(new TrainingStep(part, body, study.NewLoss(), penalty, bodyTask), start.Key.Round, cancellation);

        var trained = new Dictionary<PartName, Weights>
        {
            [PartName.Head] = part.Head.Read().And(part.HeadOptimizer.EndRound()),
            [PartName.Tail] = part.Tail.Read().And(part.TailOptimizer.EndRound()),
        };
        var optimizers = SiteState.Named(PartName.Head, part.HeadOptimizer.Save()).Concat(SiteState.Named(PartName.Tail, part.TailOptimizer.Save()));
        if (ownBody is not null)
        {
            trained[PartName.Body] = ownBody.Part.Read().And(ownBody.Optimizer.EndRound());
            optimizers = optimizers.Concat(SiteState.Named(PartName.Body, ownBody.Optimizer.Save()));
        }
        var model = new Model(trained);
        IReadOnlyList<NamedArray> saved = [.. optimizers];
        versions.Prepare(start.Key, new SiteState(saved, KeptAtSite(model, part), penalty?.Memory() ?? [], bodyTask?.Memory() ?? []));
        return new SiteUpdate(model, Figures(model, start, body, steps, count, loss, clock.Elapsed), study.Algorithm.Order == SiteOrder.Relay ? saved : null);
    }

    private Sampler NewSampler() => new(study.Run.Training, study.Seeds.Site(name), items!.TrainingItems);

    private (double Loss, int Steps, long Items) TrainSteps(TrainingStep step, int round, CancellationToken cancellation)
    {
        var (seeds, order) = (study.Seeds.Site(name), NewSampler().Round(round));
        double sum = 0;
        for (var k = 0; k < order.Count; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = items!.Batch(order[k], seeds.For("batch", round, k)).To(study);
            var loss = step.Run(batch, new StepTime(round, k, order.Count));
            onStep?.Invoke(new StepRecord(round, name, k, order[k], loss));
            CrashPoint.Reach("site-step");
            if (!double.IsFinite(loss))
                throw new RosflException(ExitCode.InvalidRun, $"The loss of site '{name}' is {loss} in round {round + 1}, step {k + 1}, and would spoil every site's model: lower training.learningRate, or set machine.compute to fp32.");
            sum += loss;
        }
        return (sum / order.Count, order.Count, order.Sum(o => (long)o.Length));
    }

    private BodyReplica? ownBody;

    /// <summary>The body where the algorithm puts it: nowhere, here, or behind a link.</summary>
    private IBodyLink OpenBody(Model begin, SiteState state, BodyOrder order)
    {
        ownBody = null;
        if (study.Algorithm.Body == BodyPlace.Nowhere) return study.NewNoBody();
        if (study.Algorithm.Body != BodyPlace.AtSite) return study.Guarded(openBody(order), name);
        ownBody = study.NewBody();
        ownBody.Part.Write(begin[PartName.Body]);
        ownBody.Optimizer.Restore(state.Of(PartName.Body));
        ownBody.Optimizer.BeginRound(begin[PartName.Body]);
        return new LocalBodyLink(ownBody);
    }

    /// <summary>What of the trained model stays at the site: all of it without merging, normalisation layers under FedBN, else nothing.</summary>
    private Model? KeptAtSite(Model model, SitePart part)
    {
        if (!study.Algorithm.Merges) return model;
        if (!study.Algorithm.KeepsNormalisation) return null;
        Part?[] parts = [part.Head, ownBody?.Part, part.Tail];
        return new(parts.OfType<Part>().ToDictionary(p => p.Name, p => model[p.Name].Where(p.NormalisationNames.Contains)));
    }

    private SiteRound Figures(Model model, RoundStart start, MeteredBodyLink body, int steps, long count, double loss, TimeSpan time)
    {
        var merged = study.Algorithm.Merges && !study.Algorithm.Pooled;
        var bytes = merged ? model.Parts.Values.Sum(w => w.Arrays.Sum(a => a.Values.LongLength * RoundMerges.BytesPerValue(study.Run))) : 0;
        var link = study.HasBodyHost;
        double Drift(PartName part) => model.Has(part) ? model[part].DriftFrom(start.Global[part]) : 0;
        return new(name, steps, count, loss, time.TotalSeconds, bytes + (link ? body.Up : 0), bytes + (link ? body.Down : 0),
            Drift(PartName.Head), Drift(PartName.Body), Drift(PartName.Tail));
    }

    private IReadOnlyList<ScoreRecord> Evaluate(EvaluationOrder order, CancellationToken cancellation) =>
        images is null ? []
        : order.ModelName == EvaluationOrder.InputName ? new Evaluation(study, name).Score(images, order, whole => whole.RestoredInput(), cancellation)
        : WithNetwork(order.Round, order.Model, network => new Evaluation(study, name).Score(images, order, network, cancellation));

    /// <summary>The model's outputs for all test images, as SITE.test.INDEX (three digits).</summary>
    public Task<IReadOnlyList<NamedArray>> PredictAsync(int round, Model global, CancellationToken cancellation) => thread.RunAsync(() =>
        WithNetwork(round, global, network => (IReadOnlyList<NamedArray>)[.. Enumerable.Range(0, images!.Count(Split.Test)).Select(i =>
        {
            cancellation.ThrowIfCancellationRequested();
            var output = new Evaluation(study, name).Output(images.Whole(Split.Test, i), network);
            return new NamedArray($"{name}.test.{i:D3}", [.. output.Shape.Select(s => (long)s)], output.Values);
        })]));

    public bool HasTestImages => images?.Count(Split.Test) > 0;

    /// <summary>The first test image for the report: input, prediction, truth, error.</summary>
    public Task<StripImage> StripAsync(int round, Model global, CancellationToken cancellation) => thread.RunAsync(() =>
        WithNetwork(round, State.Own is { } own && !study.Algorithm.Merges ? own : global, network =>
        {
            cancellation.ThrowIfCancellationRequested();
            var whole = images!.Whole(Split.Test, 0);
            return StripPainter.Paint(name, whole, new Evaluation(study, name).Predict(whole, network), study.Run);
        }));

    private T WithNetwork<T>(int round, Model global, Func<Func<Tensor, Tensor>, T> use)
    {
        var model = study.Algorithm.KeepsNormalisation ? State.Over(global) : global;
        using var part = study.NewSitePart();
        using var body = OpenBody(model, SiteState.Empty, new BodyOrder(new(study.Id, round, 0), name, Training: false));
        part.Head.Write(model[PartName.Head]);
        part.Tail.Write(model[PartName.Tail]);
        part.Train(false);
        return use(images => part.Levels.Tail(body.Infer(part.Levels.Head(images, out var skips)), skips));
    }
}
