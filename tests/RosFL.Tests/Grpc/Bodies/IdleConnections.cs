using System.Net.Sockets;

namespace RosFL.Tests.Grpc.Bodies;

/// <summary>Connections to a server on which nothing is ever said.</summary>
internal sealed class IdleConnections(int count) : IDisposable
{
    private readonly List<Socket> sockets = [.. Enumerable.Range(0, count).Select(_ => new Socket(SocketType.Stream, ProtocolType.Tcp))];
    private List<Task> ended = [];

    /// <summary>Those on which the server has not hung up.</summary>
    public int Open => ended.Count(one => !one.IsCompleted);

    public async Task ConnectAsync(Uri address)
    {
        foreach (var socket in sockets) await socket.ConnectAsync(address.Host, address.Port);
        ended = [.. sockets.Select(EndAsync)];
    }

    /// <summary>Waits until the server has hung up on so many.</summary>
    public async Task HungUpAsync(int least)
    {
        await foreach (var one in Task.WhenEach(ended))
        {
            await one;
            if (--least == 0) return;
        }
    }

    public void Dispose() => sockets.ForEach(s => s.Dispose());

    private static async Task EndAsync(Socket socket)
    {
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1]));
        }
        catch (SocketException reset)
        {
            Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
        }
    }
}
