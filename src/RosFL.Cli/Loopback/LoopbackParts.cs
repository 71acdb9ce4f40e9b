using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Cli.Loopback;

/// <summary>The parts that the parties of <c>rosfl up</c> kept beside the run folder.</summary>
internal static class LoopbackParts
{
    /// <summary>The parts after a round; null for a folder that <c>rosfl up</c> did not make.</summary>
    public static Func<int, Model>? Of(RunFolder folder)
    {
        var run = folder.Run.Options with { Training = folder.Run.Options.Training with { InitialWeights = "" } };
        if (!Directory.Exists(Path.Combine(folder.Path, LoopbackFiles.Folder))) return null;
        var study = new Study(run, StudySeeds.OfNobody);
        return round =>
        {
            var parts = SiteParts(folder, study, round);
            return study.HasBodyHost ? parts.With(new(new Dictionary<PartName, Weights> { [PartName.Body] = Body(folder, study, round) })) : parts;
        };
    }

    /// <summary>The manifest of a folder that <c>rosfl up</c> made; null for another.</summary>
    public static Manifest? ManifestOf(RunFolder folder)
    {
        var path = LoopbackFiles.ManifestOf(folder.Path, folder.Run.Options.Name);
        return File.Exists(path) ? ApprovedManifest.Load(path).RequireComplete().Manifest : null;
    }

    private static Weights Body(RunFolder folder, Study study, int round)
    {
        var state = LoopbackFiles.StateOfBodies(folder.Path, study.Id);
        using var versions = TwoVersions.Open(state);
        var version = versions.Committed(round)
            ?? throw new RosflException(ExitCode.InvalidFile, $"State '{state}' has no body after round {round + 1}: restore it.");
        return BodyHostState.From(version.Arrays, study).Body;
    }

    /// <summary>Every site has the tested model; the first that has it is asked.</summary>
    private static Model SiteParts(RunFolder folder, Study study, int round)
    {
        var sites = ManifestOf(folder)?.Sites ?? [];
        var states = sites.Select(site => LoopbackFiles.StateOf(folder.Path, site, study.Id)).Where(KeptModel.IsIn).ToList();
        return states.Select(state => KeptModel.Load(state, study)).FirstOrDefault(kept => kept.Round == round)?.Parts ?? Model.Empty;
    }
}
