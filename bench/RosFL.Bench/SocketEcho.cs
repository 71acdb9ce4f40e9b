using System.Net;
using System.Net.Sockets;

namespace RosFL.Bench;

/// <summary>The same exchange over a bare loopback socket: what the machine can do.</summary>
internal sealed class SocketEcho : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] sent, received;
    private readonly Thread server;

    public SocketEcho(int bytes)
    {
        (sent, received) = (new byte[bytes], new byte[bytes]);
        listener.Start();
        server = new Thread(() => Serve(bytes)) { IsBackground = true };
        server.Start();
        socket.Connect((IPEndPoint)listener.LocalEndpoint);
    }

    public void Exchange()
    {
        socket.Send(sent);
        Receive(socket, received);
    }

    public void Dispose()
    {
        socket.Dispose();
        server.Join();
        listener.Dispose();
    }

    private void Serve(int bytes)
    {
        using var peer = listener.AcceptSocket();
        peer.NoDelay = true;
        var buffer = new byte[bytes];
        while (Receive(peer, buffer)) peer.Send(buffer);
    }

    private static bool Receive(Socket from, byte[] buffer)
    {
        for (var read = 0; read < buffer.Length;)
        {
            var now = from.Receive(buffer, read, buffer.Length - read, SocketFlags.None);
            if (now == 0) return false;
            read += now;
        }
        return true;
    }
}
