using System.Collections.Concurrent;
using TorchSharp;

namespace RosFL.Training;

/// <summary>
/// A thread of our own on which torch work runs in the order in which it was given. Dispose scopes, <c>no_grad</c> and the number of
/// threads inside an operation belong to a thread, so torch work never runs on the pool.
/// </summary>
public sealed class TorchThread : IDisposable
{
    private readonly BlockingCollection<Action> work = [];
    private readonly Thread thread;

    /// <param name="threads">Threads inside one tensor operation; 0 leaves libtorch's choice.</param>
    public TorchThread(string name, int threads)
    {
        thread = new Thread(() => Run(threads)) { Name = name, IsBackground = true };
        thread.Start();
    }

    public Task<T> RunAsync<T>(Func<T> action)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        work.Add(() => Complete(done, action));
        return done.Task;
    }

    public Task RunAsync(Action action) => RunAsync(() => { action(); return true; });

    public void Dispose()
    {
        work.CompleteAdding();
        thread.Join();
        work.Dispose();
    }

    private void Run(int threads)
    {
        if (threads > 0) torch.set_num_threads(threads);
        foreach (var action in work.GetConsumingEnumerable()) action();
    }

    private static void Complete<T>(TaskCompletionSource<T> done, Func<T> action)
    {
        try
        {
            done.SetResult(action());
        }
        catch (OperationCanceledException e)
        {
            done.SetCanceled(e.CancellationToken);
        }
        catch (Exception e)
        {
            done.SetException(e);
        }
    }
}
