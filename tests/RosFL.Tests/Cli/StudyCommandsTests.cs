using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RosFL.Runs;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Cli;

/// <summary>From nothing to an approved study as docs/deploy.md goes: real processes, real keys, a real service.</summary>
public sealed class StudyCommandsTests : IDisposable
{
    private static readonly (string Name, string Role)[] Parties = [("merge", "aggregation-server"), ("bodies", "computation-server"), ("north", "site"), ("south", "site")];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task FourParties_enrolAndApproveAStudy()
    {
        var port = FreePort();
        await RunAsync("ca", "init", "ca", "--address", $"https://127.0.0.1:{port}");
        using var authority = Start("ca", "serve", "ca", "--listen", $"127.0.0.1:{port}");
        try
        {
            Assert.Contains("certificate authority at", await authority.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
            foreach (var (name, role) in Parties)
            {
                await RunAsync("invite", name, "--role", role);
                Assert.Contains($"{role}/{name} enrolled", await RunAsync("enrol", $"{name}.invite.json", "--party", name), StringComparison.Ordinal);
                File.WriteAllText(folder[$"{name}.entry.json"], await RunAsync("study", "entry", "--party", name, "--weight", role == "site" ? "12" : "0"));
            }

            Assert.Contains("certificate good until", await RunAsync("renew", "--party", "north"), StringComparison.Ordinal);
        }
        finally
        {
            authority.Kill(entireProcessTree: true);
        }

        await RunAsync(["study", "new", "--id", "demo", "--set", "rounds=2", "--out", "demo.json", "--roster", .. Parties.Select(party => $"{party.Name}.entry.json")]);
        foreach (var (name, _) in Parties) await RunAsync("study", "approve", "demo.json", "--party", name);
        Assert.Contains("approved by all parties", await RunAsync("study", "collect", "demo.json", "--party", "north"), StringComparison.Ordinal);
        Assert.Equal(["north", "south"], new StudyCopies(folder["north/studies"]).Open("demo").Manifest.Sites);

        await RunAsync("revoke", "south", "--role", "site");
        Assert.Contains("unbroken", await RunAsync("audit-log", "verify", "ca/audit-log.jsonl"), StringComparison.Ordinal);
        Assert.Contains("3 lines", await RunAsync("audit-log", "verify", "north/audit-log.jsonl"), StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"rosfl {string.Join(' ', arguments)}: {await error}");
        return await output;
    }

    private Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "rosfl.dll"), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = folder.Path,
    })!;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
