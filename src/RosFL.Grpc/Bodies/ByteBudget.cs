using RosFL.Grpc.Watching;
using RosFL.Runs;

namespace RosFL.Grpc.Bodies;

/// <summary>Bytes that may be in use at once; who asks for more than is left waits, in the order of asking, which holds back the sender.</summary>
/// <param name="study">Under which <see cref="StudyMetrics"/> shows what is in use and what waits.</param>
internal sealed class ByteBudget(long capacity, string study)
{
    private readonly Lock gate = new();
    private readonly LinkedList<Request> waiting = [];
    private readonly long most = capacity;
    private long free = capacity;

    private sealed record Request(long Bytes, TaskCompletionSource Granted);

    /// <summary>Bytes to be had now.</summary>
    public long Free
    {
        get
        {
            lock (gate) return free;
        }
    }

    /// <returns>Gives the bytes back when it is disposed.</returns>
    /// <exception cref="RosflException">More than there is at all.</exception>
    public async Task<IDisposable> TakeAsync(long bytes, CancellationToken cancellation)
    {
        if (bytes > most)
            throw new RosflException(ExitCode.InvalidRun, $"A step needs {bytes} bytes at the computation server, which spends {most} at most: use a smaller batch or patch, or raise limits.bytesInFlight in its configuration.");
        var request = new Request(bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (gate)
        {
            waiting.AddLast(request);
            StudyMetrics.Queue(study, 0, bytes);
            Grant();
        }
        using var registration = cancellation.Register(() => Withdraw(request, cancellation));
        await request.Granted.Task;
        return new Share(this, bytes);
    }

    private void Withdraw(Request request, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (!waiting.Remove(request)) return;
            StudyMetrics.Queue(study, 0, -request.Bytes);
            request.Granted.SetCanceled(cancellation);
            Grant();
        }
    }

    private void Grant()
    {
        while (waiting.First is { Value: var first } && first.Bytes <= free)
        {
            waiting.RemoveFirst();
            free -= first.Bytes;
            StudyMetrics.Queue(study, first.Bytes, -first.Bytes);
            first.Granted.SetResult();
        }
    }

    private void GiveBack(long bytes)
    {
        lock (gate)
        {
            free += bytes;
            StudyMetrics.Queue(study, -bytes, 0);
            Grant();
        }
    }

    private sealed class Share(ByteBudget budget, long bytes) : IDisposable
    {
        private int given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref given, 1) == 0) budget.GiveBack(bytes);
        }
    }
}
