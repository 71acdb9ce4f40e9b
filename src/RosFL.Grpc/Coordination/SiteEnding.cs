using RosFL.Models;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>What a site keeps of the end of a study, in its own folder of it.</summary>
/// <param name="runHash">Of the manifest: what was told under another one does not count.</param>
/// <param name="patience">For how long a site that was told dials a server that does not answer.</param>
public sealed class SiteEnding(string folder, string runHash, TimeSpan patience)
{
    public TimeSpan Patience => patience;

    /// <summary>Whether this site was told that the study is over.</summary>
    public bool WasTold => File.Exists(MarkPath) && File.ReadAllText(MarkPath) == runHash;

    private string MarkPath => Path.Combine(folder, "over");

    /// <summary>The study is over; on disk when this returns.</summary>
    public void Told() => AtomicFile.WriteText(MarkPath, runHash);

    /// <summary>What the server says of the tested model.</summary>
    public void Keep(StudyEnd end) => end.Save(folder);
}
