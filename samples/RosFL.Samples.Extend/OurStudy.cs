using RosFL.Federation;
using RosFL.Imaging;
using RosFL.Networks;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Samples.Extend;

/// <summary>A study with a network, an algorithm and data of our own, put together from the library's parts.</summary>
public static class OurStudy
{
    /// <summary>Makes ours known under names that a run file can use; call it once, before a run file is read.</summary>
    public static void Register()
    {
        NetworkCatalog.Add("shallow", ShallowNetwork.Define, "channels", "inputChannels", "outputChannels", "activation");
        Algorithms.Add("centred-splitfed", _ => CentredGradients.Make());
    }

    public static RunOptions Run { get; } = new()
    {
        Name = "ours",
        Rounds = 3,
        Network = new() { Name = "shallow", Channels = 8 },
        Algorithm = new() { Name = "centred-splitfed" },
        Training = new() { Batch = 2, LearningRate = 1e-2 },
        Machine = new() { Threads = 1 },
    };

    /// <summary>Trains all rounds at three hospitals and returns each round's mean loss over the sites.</summary>
    public static async Task<IReadOnlyList<double>> TrainAsync(CancellationToken cancellation = default)
    {
        var study = new Study(Run);
        string[] names = ["north", "south", "west"];
        var images = SiteImages.Open(Run, [.. names.Select(name => new DiscsDataset(name, count: 12, size: 16, study.Seeds.Site(name)))]);
        using var thread = new TorchThread("torch", Run.Machine.Threads);
        var bodies = new BodyHost(study);
        var sites = images.Select(i => new Site(i.Site, study, i, i, bodies.Open, thread));
        var losses = new List<double>();
        using var ledger = RoundLedger.Open(":memory:");
        var rounds = new Rounds(study, [.. sites], bodies, ledger, RoundPolicy.AllSites,
            commit: round =>
            {
                ledger.Commit(round.Decision);
                losses.Add(round.Record.Sites.Average(s => s.Loss));
            },
            committed: (_, _) => Task.CompletedTask);
        await rounds.RunAsync(RoundState.Begin(study), cancellation);
        return losses;
    }
}
