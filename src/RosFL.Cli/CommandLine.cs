using System.CommandLine;
using RosFL.Runs;
using Spectre.Console;

namespace RosFL.Cli;

/// <summary>Runs a command and turns every failure into one sentence and a numbered exit code.</summary>
internal static class CommandLine
{
    public static readonly Option<bool> Verbose = new("--verbose") { Description = "On failure also print the stack trace.", Recursive = true };

    /// <summary>A service of Windows has no standard error.</summary>
    public static readonly Option<string?> Log = new("--log") { HelpName = "FILE", Description = "Append to a file what would go to standard error.", Recursive = true };

    private const int PlainWidth = 1000;

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        var errors = UsageErrors.Of(parsed);
        if (errors.Count > 0)
        {
            foreach (var error in errors) await Console.Error.WriteLineAsync("rosfl: " + error);
            await Console.Error.WriteLineAsync($"Try 'rosfl {string.Join(' ', Path(parsed.CommandResult))}--help'.");
            return (int)ExitCode.Usage;
        }
        // a table in a file or a pipe is as wide as it needs to be
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = PlainWidth;
        using var interrupt = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            interrupt.Cancel();
        };
        try
        {
            if (parsed.GetValue(Log) is { } log) Console.SetError(new StreamWriter(log, append: true) { AutoFlush = true });
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interrupt.Token);
        }
        catch (Exception e)
        {
            return await FailAsync(e, parsed.GetValue(Verbose));
        }
    }

    private static async Task<int> FailAsync(Exception e, bool verbose)
    {
        var (code, sentence) = e switch
        {
            RosflException known => (known.Code, known.Message),
            OperationCanceledException => (ExitCode.Interrupted, "Interrupted; the rounds so far are kept: the same command with --resume goes on."),
            UnauthorizedAccessException or IOException => (AtomicFile.IsDiskFull(e) ? ExitCode.NoSpace : ExitCode.InvalidFile, e.Message),
            _ => (ExitCode.Unexpected, $"Unexpected {e.GetType().Name}: {e.Message.Split('\n')[0].Trim()} (--verbose prints where)."),
        };
        await Console.Error.WriteLineAsync(sentence);
        if (verbose) await Console.Error.WriteLineAsync(e.ToString());
        return (int)code;
    }

    private static IEnumerable<string> Path(System.CommandLine.Parsing.CommandResult command) =>
        command.Parent is System.CommandLine.Parsing.CommandResult parent ? [.. Path(parent), command.Command.Name + " "] : [];
}
