using RosFL.Runs;

namespace RosFL.Models;

/// <summary>What the aggregation server tells sites at the end of a study whose whole model may be assembled: what its card will say.</summary>
/// <param name="Record">By which the tested round counts.</param>
public sealed record StudyEnd(ModelFacts Facts, CommitRecord Record)
{
    public void Save(string folder) => AtomicFile.WriteText(PathIn(folder), StrictJson.Text(this));

    /// <exception cref="RosflException">The site was not told.</exception>
    public static StudyEnd Load(string folder) => File.Exists(PathIn(folder)) ? StrictJson.Load<StudyEnd>(PathIn(folder))
        : throw new RosflException(ExitCode.InvalidRun, $"Folder '{folder}' has no facts of the study's end: let the aggregation server run 'rosfl evaluate' while 'rosfl site' runs here.");

    private static string PathIn(string folder) => Path.Combine(folder, "study-end.json");
}
