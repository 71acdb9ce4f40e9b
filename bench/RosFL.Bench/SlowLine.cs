using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace RosFL.Bench;

/// <summary>Carries bytes to a server on loopback as a long line would: so many a second in each direction, and each of them so late.</summary>
internal sealed class SlowLine : IDisposable
{
    private const int Piece = 16 * 1024, PiecesInFlight = 1024;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Uri server;
    private readonly double bytesPerSecond;
    private readonly TimeSpan delay;
    private long carried;

    /// <param name="delay">From one end to the other.</param>
    public SlowLine(Uri server, double bytesPerSecond, TimeSpan delay)
    {
        (this.server, this.bytesPerSecond, this.delay) = (server, bytesPerSecond, delay);
        listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"{server.Scheme}://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>Bytes so far, both directions together.</summary>
    public long Carried => Interlocked.Read(ref carried);

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // the bench is over
        }
    }

    private async Task CarryAsync(TcpClient near)
    {
        using var far = new TcpClient { NoDelay = true };
        using var disposed = near;
        near.NoDelay = true;
        await far.ConnectAsync(server.Host, server.Port);
        await Task.WhenAny(OneWayAsync(near.GetStream(), far.GetStream()), OneWayAsync(far.GetStream(), near.GetStream()));
    }

    /// <summary>Takes what comes, and lets each piece out when the line has had the time to carry it and everything before it.</summary>
    private async Task OneWayAsync(NetworkStream from, NetworkStream to)
    {
        var flight = Channel.CreateBounded<(byte[] Bytes, long Arrives)>(PiecesInFlight);
        var arriving = ArriveAsync(flight.Reader, to);
        var piece = new byte[Piece];
        var free = Stopwatch.GetTimestamp();
        try
        {
            for (int read; (read = await from.ReadAsync(piece)) > 0;)
            {
                free = Math.Max(free, Stopwatch.GetTimestamp()) + (long)(read / bytesPerSecond * Stopwatch.Frequency);
                Interlocked.Add(ref carried, read);
                await flight.Writer.WriteAsync((piece[..read], free + (long)(delay.TotalSeconds * Stopwatch.Frequency)));
            }
        }
        catch (IOException)
        {
            // either end is gone
        }
        flight.Writer.Complete();
        await arriving;
    }

    private static async Task ArriveAsync(ChannelReader<(byte[] Bytes, long Arrives)> flight, NetworkStream to)
    {
        try
        {
            await foreach (var (bytes, arrives) in flight.ReadAllAsync())
            {
                await UntilAsync(arrives);
                await to.WriteAsync(bytes);
            }
        }
        catch (IOException)
        {
            // either end is gone
        }
    }

    /// <summary>Timers tick in milliseconds: what is less than one away is not waited for, and the line's clock makes up for it.</summary>
    private static async Task UntilAsync(long time)
    {
        var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), time);
        if (wait.TotalMilliseconds >= 1) await Task.Delay(wait);
    }
}
