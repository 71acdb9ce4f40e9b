using RosFL.Runs;

namespace RosFL.Grpc.Wire;

/// <summary>Bytes that may be in use at once; who asks for more than is left waits, in the order of asking, which holds back the sender.</summary>
/// <param name="queued">Told of changes, in bytes: of what is in use and of what waits.</param>
internal sealed class ByteBudget(long capacity, Action<long, long>? queued = null)
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

    /// <exception cref="RosflException">More than there is at all.</exception>
    public void Require(long bytes)
    {
        if (bytes > most)
            throw new RosflException(ExitCode.InvalidRun, $"A message of this study has {bytes} bytes of tensors, and a server spends {most} at most (limits.bytesInFlight): use a smaller network, batch or patch, or raise it in the server's configuration.");
    }

    /// <returns>Gives the bytes back when it is disposed.</returns>
    /// <exception cref="RosflException">More than there is at all.</exception>
    public async Task<IDisposable> TakeAsync(long bytes, CancellationToken cancellation)
    {
        Require(bytes);
        var request = new Request(bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (gate)
        {
            waiting.AddLast(request);
            queued?.Invoke(0, bytes);
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
            queued?.Invoke(0, -request.Bytes);
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
            queued?.Invoke(first.Bytes, -first.Bytes);
            first.Granted.SetResult();
        }
    }

    private void GiveBack(long bytes)
    {
        lock (gate)
        {
            free += bytes;
            queued?.Invoke(-bytes, 0);
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
