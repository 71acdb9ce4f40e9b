using System.Diagnostics;

namespace RosFL.Tests.Cli;

/// <summary>The program while it runs, to be listened to and killed.</summary>
internal sealed class LivingProcess : IDisposable
{
    private readonly Process process;
    private readonly Task<string> errors;

    public LivingProcess(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "rosfl.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        process = Process.Start(start)!;
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Reads lines until one passes; false when the program has ended before.</summary>
    public async Task<bool> ReadUntilAsync(Func<string, bool> passes)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            if (passes(line)) return true;
        return false;
    }

    public bool HasEnded => process.HasExited;

    /// <summary>Ends it at once, as a power cut would.</summary>
    public void Kill() => process.Kill();

    /// <summary>Asks it to end, as a service manager does; on Linux.</summary>
    public async Task AskToEndAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async Task<(int Code, string Output, string Error)> EndAsync()
    {
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    public void Dispose() => process.Dispose();
}
