using RosFL.Runs;

namespace RosFL.Cli;

/// <summary>
/// Ends a process that <c>rosfl up</c> started when <c>rosfl up</c> is gone, however it went: the parent holds the other end of the standard
/// input. Signals to end (systemd, Windows services) end it too.
/// </summary>
internal sealed class ParentProcess : IDisposable
{
    /// <summary>Set by the parent.</summary>
    public const string Variable = "ROSFL_PARENT_HOLDS_INPUT";

    private readonly CancellationTokenSource source;

    private ParentProcess(CancellationToken cancellation) => source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    /// <summary>Ends when the process should.</summary>
    public CancellationToken Token => source.Token;

    public static ParentProcess Follow(CancellationToken cancellation)
    {
        var followed = new ParentProcess(cancellation);
        if (Environment.GetEnvironmentVariable(Variable) is null) return followed;
        new Thread(followed.AwaitEnd) { IsBackground = true, Name = "parent" }.Start();
        return followed;
    }

    public void Dispose() => source.Dispose();

    private void AwaitEnd()
    {
        var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
            // nothing is ever sent
        }
        // a torch operation may take long, and the parent is gone: what is durable is durable
        Environment.Exit((int)ExitCode.Interrupted);
    }
}
