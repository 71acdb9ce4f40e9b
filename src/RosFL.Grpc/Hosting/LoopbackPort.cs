using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace RosFL.Grpc.Hosting;

/// <summary>Ports for servers on loopback that must be known before they listen.</summary>
public static class LoopbackPort
{
    // below the ports that systems give to outgoing connections: none of those takes it before the server listens, or while it restarts
    private const int Lowest = 20_000, Highest = 32_000;

    /// <summary>One on which nobody listens now.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(Lowest, Highest);
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
