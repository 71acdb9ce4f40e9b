using RosFL.Federation;
using RosFL.Runs;

namespace RosFL.Cli.Display;

/// <summary>Shows a running simulation: live on a terminal, plain lines elsewhere, JSON for machines.</summary>
internal abstract class Watcher
{
    public static Watcher For(RunOptions run, bool json) =>
        json ? new JsonWatcher() : Console.IsOutputRedirected || Console.IsErrorRedirected ? new PlainWatcher(run) : new LiveWatcher(run);

    /// <summary>One that takes no terminal to itself.</summary>
    public static Watcher Plain(RunOptions run, bool json) => json ? new JsonWatcher() : new PlainWatcher(run);

    /// <summary>Called from training threads.</summary>
    public abstract void Show(SimulationProgress progress);

    public virtual Task WatchAsync(Func<Task> work) => work();

    /// <summary>The last word: where the results are.</summary>
    public abstract void Finish(RunFolder folder);
}
