using RosFL.Federation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Cli.Loopback;

/// <summary>The bodies that a computation server of <c>rosfl up</c> kept beside the run folder.</summary>
internal static class LoopbackBodies
{
    /// <summary>The body after a round; null for a folder that <c>rosfl up</c> did not make.</summary>
    public static Func<int, Weights>? Of(RunFolder folder)
    {
        var (run, state) = (folder.Run.Options, LoopbackFiles.StateOf(folder.Path, folder.Run.Options.Name));
        return !Directory.Exists(state) ? null : round =>
        {
            using var versions = TwoVersions.Open(state);
            var version = versions.Committed(round)
                ?? throw new RosflException(ExitCode.InvalidFile, $"State '{state}' has no body after round {round + 1}: restore it.");
            return BodyHostState.From(version.Arrays, new Study(run with { Training = run.Training with { InitialWeights = "" } }, StudySeeds.OfNobody)).Body;
        };
    }

    /// <summary>The manifest of a folder that <c>rosfl up</c> made; null for another.</summary>
    public static Manifest? ManifestOf(RunFolder folder)
    {
        var path = LoopbackFiles.ManifestOf(folder.Path, folder.Run.Options.Name);
        return File.Exists(path) ? ApprovedManifest.Load(path).RequireComplete().Manifest : null;
    }
}
