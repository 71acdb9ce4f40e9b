using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RosFL.Tests.Grpc;

/// <summary>Carries bytes between a party and a server on loopback, and cuts all connections where a test says so.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> open = [];
    private readonly Uri target;
    private int connections;

    public CuttingProxy(Uri target)
    {
        this.target = target;
        listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>Connections so far, the cut ones included.</summary>
    public int Connections => connections;

    /// <summary>Resets every connection, as a restarted router does.</summary>
    public void Cut()
    {
        while (open.TryTake(out var one)) one.Close(0);
    }

    public void Dispose()
    {
        listener.Dispose();
        Cut();
    }

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
            await far.ConnectAsync(target.Host, target.Port);
            near.NoDelay = true;
            open.Add(near.Client);
            open.Add(far.Client);
            Interlocked.Increment(ref connections);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
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
}
