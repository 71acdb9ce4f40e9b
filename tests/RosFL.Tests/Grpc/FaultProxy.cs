using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RosFL.Tests.Grpc;

/// <summary>
/// Carries bytes between parties and a server on loopback, and cuts, delays or throttles all connections where a test says so. It sits below TLS,
/// so it can lose and hold back what is said, and neither change, repeat nor reorder it.
/// </summary>
internal sealed class FaultProxy : IDisposable
{
    private const int Piece = 16 * 1024;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> open = [];
    private readonly Func<Uri> target;
    private Slowness slowness = new(TimeSpan.Zero, 0, 0);
    private int connections;
    private long carried;

    /// <param name="target">Where the server listens, asked for each connection.</param>
    public FaultProxy(Func<Uri> target)
    {
        this.target = target;
        listener.Start();
        _ = AcceptAsync();
    }

    private sealed record Slowness(TimeSpan Delay, int BytesPerSecond, long Until)
    {
        public TimeSpan Of(int bytes) => Stopwatch.GetTimestamp() >= Until ? TimeSpan.Zero
            : Delay + (BytesPerSecond > 0 ? TimeSpan.FromSeconds((double)bytes / BytesPerSecond) : TimeSpan.Zero);
    }

    public Uri Address => new($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>Connections so far, the cut ones included.</summary>
    public int Connections => connections;

    /// <summary>Bytes so far, both directions together, TLS included.</summary>
    public long Carried => Interlocked.Read(ref carried);

    /// <summary>Resets every connection, as a restarted router does.</summary>
    public void Cut()
    {
        while (open.TryTake(out var one)) one.Close(0);
    }

    /// <summary>For a time, every piece waits so long before it goes on.</summary>
    public void Delay(TimeSpan delay, TimeSpan during) => Slow(delay, 0, during);

    /// <summary>For a time, each direction of a connection carries no more than this.</summary>
    public void Throttle(int bytesPerSecond, TimeSpan during) => Slow(TimeSpan.Zero, bytesPerSecond, during);

    public void Dispose()
    {
        listener.Dispose();
        Cut();
    }

    private void Slow(TimeSpan delay, int bytesPerSecond, TimeSpan during) =>
        slowness = new(delay, bytesPerSecond, Stopwatch.GetTimestamp() + (long)(during.TotalSeconds * Stopwatch.Frequency));

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    private async Task CarryAsync(TcpClient near)
    {
        var far = new TcpClient { NoDelay = true };
        try
        {
            var server = target();
            await far.ConnectAsync(server.Host, server.Port);
            near.NoDelay = true;
            open.Add(near.Client);
            open.Add(far.Client);
            Interlocked.Increment(ref connections);
            await Task.WhenAny(CopyAsync(near.GetStream(), far.GetStream()), CopyAsync(far.GetStream(), near.GetStream()));
        }
        catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // either end is gone
        }
        finally
        {
            near.Dispose();
            far.Dispose();
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        var piece = new byte[Piece];
        for (int read; (read = await from.ReadAsync(piece)) > 0;)
        {
            Interlocked.Add(ref carried, read);
            if (slowness.Of(read) is { Ticks: > 0 } wait) await Task.Delay(wait);
            await to.WriteAsync(piece.AsMemory(0, read));
        }
    }
}
