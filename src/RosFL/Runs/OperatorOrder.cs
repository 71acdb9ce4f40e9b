namespace RosFL.Runs;

/// <summary>What an operator wants of a run.</summary>
public enum OperatorWish { Run, Pause, Abort }

/// <summary>
/// An operator's order to a run that goes on in another process: a file in its run folder, looked at between rounds (pause) and all the
/// time (abort).
/// </summary>
public sealed class OperatorOrder(string runFolder, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private string FilePath => Path.Combine(runFolder, "order");

    /// <summary>What is wanted now.</summary>
    public OperatorWish Current
    {
        get
        {
            try
            {
                return File.Exists(FilePath) && Enum.TryParse<OperatorWish>(BusyFile.ReadText(FilePath), out var wish) ? wish : OperatorWish.Run;
            }
            catch (Exception taken) when (taken is FileNotFoundException or DirectoryNotFoundException)
            {
                return OperatorWish.Run; // taken back between the two
            }
        }
    }

    public void Give(OperatorWish wish)
    {
        if (wish == OperatorWish.Run) BusyFile.Delete(FilePath);
        else AtomicFile.WriteText(FilePath, wish.ToString());
    }

    /// <summary>Ends when the run may go on.</summary>
    /// <param name="paused">Told once when it may not.</param>
    public async Task PassAsync(Action paused, CancellationToken cancellation)
    {
        if (Current == OperatorWish.Pause) paused();
        while (Current == OperatorWish.Pause) await Task.Delay(Look, time, cancellation);
        if (Current == OperatorWish.Abort) await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation); // whoever looks for it cancels
    }

    /// <summary>Ends when the run shall be aborted.</summary>
    public async Task AbortedAsync(CancellationToken cancellation)
    {
        while (Current != OperatorWish.Abort) await Task.Delay(Look, time, cancellation);
    }
}
