using RosFL.Runs;

namespace RosFL.Grpc.Watching;

/// <summary>Whether a party's process does its work, in a word for whoever looks after it; set by the process, read by the health endpoint.</summary>
public sealed class PartyHealth
{
    public const string CannotStore = "disk full or not writable", Paused = "paused";

    private volatile string trouble = "starting";

    /// <summary>What keeps the party from its work; empty when nothing does.</summary>
    public string Trouble => trouble;

    public void Ready() => trouble = "";

    /// <summary>Takes note of a failure that somebody here must mend: a disk that is full or may not be written.</summary>
    public void Failed(RosflException failure)
    {
        if (failure.Code == ExitCode.NoSpace) Hindered(CannotStore);
    }

    /// <param name="what">A short word such as "disk full or not writable" or "paused": never a name of a file or an image.</param>
    public void Hindered(string what) => trouble = what;
}
