using System.Net.Sockets;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Trust;
using RosFL.Runs;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Cli;

/// <summary>A party that its service manager asks to end is done, and has not failed.</summary>
public sealed class ServiceTests
{
    [Fact]
    public async Task Server_thatIsAskedToEnd_endsInOrder()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals are Linux's way to ask.");
        using var folder = new TemporaryFolder();
        using var trust = new ThrowAwayTrust(TimeProvider.System);
        var (party, port) = (trust.Write(folder["party"], new(PartyRole.ComputationServer, "bodies")), LoopbackPort.Free());
        File.WriteAllText(folder["compute.json"], StrictJson.Text(new ComputeOptions(party.Path, $"127.0.0.1:{port}", folder["state"], [])));
        using var server = new LivingProcess(["compute", folder["compute.json"]]);
        while (!server.HasEnded && !await ListensAsync(port)) await Task.Delay(50, TestContext.Current.CancellationToken);
        await server.AskToEndAsync();
        var (code, _, error) = await server.EndAsync();
        Assert.Equal((0, ""), (code, error));
    }

    private static async Task<bool> ListensAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
