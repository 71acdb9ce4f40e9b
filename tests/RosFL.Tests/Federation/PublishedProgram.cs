using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Federation;

/// <summary>Runs the study that the published program ran and keeps what it recorded (Golden/README.md).</summary>
internal sealed class PublishedProgram(string algorithm, bool? published)
{
    private static readonly IReadOnlyList<string> SiteNames = [.. Enumerable.Range(1, 4).Select(i => $"geometry_{i}")];

    public Study Study { get; } = new(new RunOptions
    {
        Rounds = 4,
        Network = new() { Channels = 8 },
        Algorithm = new() { Name = algorithm, Published = published, Weighting = SiteWeighting.Uniform },
        Training = new()
        {
            Batch = 1,
            Sampling = SamplingKind.Cursor,
            LearningRate = 1e-4,
            WeightDecay = 1e-8,
            InitialWeights = Path.Combine(GoldenFiles.Folder, "init_ch8.safetensors"),
        },
        Machine = new() { Device = DeviceKind.Cpu, Layout = MemoryLayout.Contiguous, Threads = 1 },
    });

    /// <summary>In the order of execution.</summary>
    public List<StepRecord> Steps { get; } = [];

    /// <summary>All rounds' weights under the golden names: round2.before.head.conv1.weight.</summary>
    public Dictionary<string, NamedArray> Weights { get; } = [];

    public async Task RunAsync()
    {
        using var thread = new TorchThread("torch", 1);
        var bodies = new BodyHost(Study);
        var sites = SiteNames.Select(name =>
            new Site(name, Study, new PublishedItems(name), null, bodies.Open, thread, Steps.Add)).ToList();
        using var ledger = RoundLedger.Open(":memory:");
        await new Rounds(Study, sites, bodies, ledger, RoundPolicy.AllSites, round => Keep(ledger, round, bodies.LastMerge!), (_, _) => Task.CompletedTask)
            .RunAsync(RoundState.Begin(Study), CancellationToken.None);
    }

    private void Keep(RoundLedger ledger, CommittingRound round, MergedPart body)
    {
        ledger.Commit(round.Decision);
        var number = round.Record.Round;
        Keep($"round{number}.before.", round.Means, body.Mean);
        Keep($"round{number}.after.", round.Next.Global, body.Weights);
    }

    private void Keep(string prefix, Model siteParts, Weights body)
    {
        var whole = siteParts.With(new(new Dictionary<PartName, Weights> { [PartName.Body] = body }));
        foreach (var array in whole.Named(prefix)) Weights[array.Name] = array;
    }
}
