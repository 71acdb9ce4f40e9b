using System.Diagnostics;
using RosFL.Runs;

namespace RosFL.Cli.Loopback;

/// <summary>
/// One party's process. Killed, it is started again with the same files, as a service would be; failing, it fails the network. It ends
/// when its standard input closes, so it never outlives this process.
/// </summary>
/// <param name="log">File to which its standard error goes.</param>
internal sealed class Child(string name, IReadOnlyList<string> arguments, Action<string> output, Action<string> notice, string log)
{
    private const int FirstSignal = 128;
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(5);
    private string lastError = "";

    public string Name => name;

    /// <summary>Runs the process until it ends by itself.</summary>
    /// <exception cref="RosflException">It failed; its last words are the message.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        for (var restarts = 0; ; restarts++)
        {
            var code = await RunOnceAsync(restarts, cancellation);
            if (code == 0) return;
            if (code is >= 0 and <= FirstSignal or (int)ExitCode.Interrupted) // a killed process of Windows ends with a number below 0
                throw new RosflException(Enum.IsDefined((ExitCode)code) ? (ExitCode)code : ExitCode.Unexpected, $"{name}: {lastError}");
            notice($"{name} was killed (exit code {code}) and is started again");
        }
    }

    private async Task<int> RunOnceAsync(int restarts, CancellationToken cancellation)
    {
        using var process = Process.Start(Start(restarts))!; // throws where it cannot start
        process.OutputDataReceived += (_, line) => Heard(line.Data, output);
        process.ErrorDataReceived += (_, line) => Heard(line.Data, text =>
        {
            lastError = text;
            File.AppendAllText(log, text + "\n");
        });
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        notice($"{name} runs as process {process.Id}");
        try
        {
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process);
            throw;
        }
    }

    private ProcessStartInfo Start(int restarts)
    {
        var host = Environment.ProcessPath!; // known to every process that was started from a file
        var isDotnet = Path.GetFileNameWithoutExtension(host) == "dotnet";
        var start = new ProcessStartInfo(host, isDotnet ? [Environment.GetCommandLineArgs()[0], .. arguments] : arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[ParentProcess.Variable] = "1";
        // of a list party:point:times,... each start gets this party's next
        var crashes = (Environment.GetEnvironmentVariable(CrashPoint.Variable) ?? "").Split(',').Where(c => c.StartsWith(name + ":", StringComparison.Ordinal)).ToList();
        start.Environment[CrashPoint.Variable] = restarts < crashes.Count ? crashes[restarts][(name.Length + 1)..] : null;
        return start;
    }

    private static void Heard(string? line, Action<string> hear)
    {
        if (!string.IsNullOrWhiteSpace(line)) hear(line);
    }

    /// <summary>Asks first: a process that is frozen or in a long operation is killed.</summary>
    private static async Task StopAsync(Process process)
    {
        process.StandardInput.Close();
        using var moment = new CancellationTokenSource(Moment);
        try
        {
            await process.WaitForExitAsync(moment.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
