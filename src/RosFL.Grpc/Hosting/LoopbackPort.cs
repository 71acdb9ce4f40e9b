using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace RosFL.Grpc.Hosting;

/// <summary>Ports for servers on loopback that must be known before they listen.</summary>
public static class LoopbackPort
{
    // below the ports that systems give to outgoing connections: none of those takes it before the server listens, or while it restarts
    private const int Lowest = 20_000, Highest = 32_000;

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = []; // to servers that may not listen yet

    /// <summary>One on which nobody listens now, and another one at each call in this process.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(Lowest, Highest);
            lock (Gate)
                if (!Given.Add(port)) continue;
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // somebody does
            }
        }
    }
}
