using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Bench;

/// <summary>
/// A computation server in a process of its own, as it is in a hospital's network: it has its own OpenMP threads, memory and thread pool. The processor
/// time of this process does not count it.
/// </summary>
internal sealed class BodyProcess : IDisposable
{
    private readonly ThrowAwayTrust trust = new(TimeProvider.System);
    private readonly string folder = Directory.CreateTempSubdirectory("rosfl-bench-").FullName;
    private readonly Process process;
    private readonly GrpcChannel channel;

    /// <param name="through">Another way to the server's address; null goes straight to it.</param>
    public BodyProcess(BenchOptions options, Func<Uri, Uri>? through = null)
    {
        process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [ServedBodies.Name, "--threads", $"{options.Threads}"])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var address = Address();
        channel = trust.New(WireEndpoint.Site).NewChannel(through?.Invoke(address) ?? address, WireEndpoint.Server.Role, WireEndpoint.Server.Name, WireChannel.Limit, WireChannel.KeepAlive);
    }

    public CallInvoker Invoker => channel.CreateCallInvoker();

    public long ResidentMiB
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 >> 20;
        }
    }

    /// <summary>Begins the first round of a run, in place of the one before.</summary>
    public void Serve(RunOptions run)
    {
        var file = Path.Combine(folder, "run.json");
        RunFile.Of(run).Save(file);
        Ask(file);
    }

    public void Dispose()
    {
        channel.Dispose();
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
        trust.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Where it listens; a process that does not say so is not left behind.</summary>
    private Uri Address()
    {
        try
        {
            return new Uri(Ask(trust.Write(folder, WireEndpoint.Server).Path));
        }
        catch
        {
            process.Kill();
            throw;
        }
    }

    private string Ask(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
        return process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The computation server's process has ended.");
    }
}
