using System.Collections.Concurrent;
using TorchSharp;

namespace RosFL.Training;

/// <summary>
/// Threads of our own on which torch work runs. Dispose scopes, <c>no_grad</c> and the number of threads inside an operation belong to a
/// thread, so torch work never runs on the pool. Work is begun in the order in which it was given, by whichever thread is free.
/// </summary>
public class TorchCrew : IDisposable
{
    private readonly BlockingCollection<Action> work = [];
    private readonly Thread[] crew;

    /// <param name="threads">Threads inside one tensor operation; 0 leaves libtorch's choice.</param>
    public TorchCrew(IEnumerable<string> names, int threads)
    {
        crew = [.. names.Select(name => new Thread(() => Run(threads)) { Name = name, IsBackground = true })];
        foreach (var thread in crew) thread.Start();
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
        foreach (var thread in crew) thread.Join();
        work.Dispose();
        GC.SuppressFinalize(this);
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
