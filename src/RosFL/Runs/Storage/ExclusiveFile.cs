namespace RosFL.Runs;

/// <summary>A file that one process at a time has open.</summary>
public static class ExclusiveFile
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(5), PatienceForOthers = TimeSpan.FromSeconds(10);

    /// <summary>Opens or makes the file; while another process has it, waits up to ten seconds.</summary>
    /// <exception cref="IOException">It cannot be opened, or the other process keeps it.</exception>
    public static FileStream Open(string path, TimeProvider time)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            // a file lock has no event to wait for
            catch (IOException) when (File.Exists(path) && time.GetElapsedTime(since) < PatienceForOthers)
            {
                Thread.Sleep(Retry);
            }
        }
    }
}
