using RosFL.Federation;
using RosFL.Imaging.Preprocessing;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>What only a simulation can do.</summary>
public static class NetworkRules
{
    /// <exception cref="RosflException">The run cannot be trained over a network.</exception>
    public static void Refuse(Study study)
    {
        var (run, algorithm) = (study.Run, study.Algorithm);
        var reason = algorithm.Pooled ? "brings all images to one place"
            : algorithm.LeavesOwnModels ? "leaves each site a model of its own, which no other site may score"
            : algorithm.Hook is not null && run.Algorithm.Name == "scaffold" ? "merges vectors beside the weights, which the wire does not carry yet"
            : algorithm.Correction is { AnchorsFirstRoundAtInitialModel: true } && !study.HidesParts ? "corrects towards the initial model, which the aggregation server does not keep"
            : null;
        if (reason is not null)
            throw new RosflException(ExitCode.InvalidRun, $"Algorithm '{algorithm.Name}' {reason}: run it with 'rosfl simulate', or choose another algorithm.name.");
        if (run.Privacy.SecureAggregation == SecureAggregationKind.Paillier)
            throw new RosflException(ExitCode.InvalidRun,
                $"Run '{run.Name}' asks for privacy.secureAggregation paillier, which is for comparison in one process: run it with 'rosfl simulate', or choose malicious.");
        if (study.HidesParts && run.Output.RoundWeights)
            throw new RosflException(ExitCode.InvalidRun, $"Run '{run.Name}' asks for output.roundWeights, which the aggregation server cannot write under secure aggregation: remove it.");
        if (SiteStatistics.AreNeeded(run))
            throw new RosflException(ExitCode.InvalidRun,
                $"Run '{run.Name}' needs statistics over all sites (preprocessing.intensity ct-foreground or training.federatedClassWeights): make them at every site with 'rosfl data statistics', and give them to 'rosfl study new --statistics'.");
    }
}
