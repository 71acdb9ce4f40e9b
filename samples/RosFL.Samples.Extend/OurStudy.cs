using RosFL.Federation;
using RosFL.Networks;
using RosFL.Runs;

namespace RosFL.Samples.Extend;

/// <summary>Makes what is ours known under names that a run file can use; call it once, before a run file is read.</summary>
public static class OurStudy
{
    public static void Register()
    {
        NetworkCatalog.Add("shallow", ShallowNetwork.Define);
        Algorithms.Add("centred-splitfed", _ => CentredGradients.Make());
    }

    public static RunOptions Run => new()
    {
        Name = "ours",
        Rounds = 3,
        Network = new() { Name = "shallow", Channels = 8 },
        Cut = new() { Depth = 1 },
        Algorithm = new() { Name = "centred-splitfed" },
        Training = new() { Batch = 2, LearningRate = 1e-2 },
    };
}
