using System.Diagnostics;

namespace RosFL.Tests.Cli;

/// <summary>The program as a user starts it, at its end.</summary>
internal sealed record RosflProcess(int Code, string Output, string Error)
{
    /// <summary>For one command; far more than the longest takes on a busy machine.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(20);

    public static Task<RosflProcess> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string>(), arguments);

    /// <param name="environment">Variables beside those of the tests.</param>
    public static async Task<RosflProcess> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "rosfl.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Longest);
        using var late = limit.Token.Register(() => process.Kill(entireProcessTree: true)); // waits for something that never comes
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }
}
