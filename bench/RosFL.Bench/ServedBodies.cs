using RosFL.Federation;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Bench;

/// <summary>
/// What <see cref="BodyProcess"/> starts. Its first line is the server's party folder, answered with the address; each further one is a run file, answered
/// when the run's first round has begun; the end of input ends it.
/// </summary>
internal static class ServedBodies
{
    public const string Name = "served-bodies";

    public static void Run(BenchOptions _)
    {
        using var credentials = new PartyFolder(Console.ReadLine()!).Open(TimeProvider.System);
        using var endpoint = new WireEndpoint(credentials, tls: true);
        Console.WriteLine(endpoint.Address);
        BodyStudy? served = null;
        while (Console.ReadLine() is { } file)
        {
            served?.EndAsync().GetAwaiter().GetResult();
            served = Begin(RunFile.Load(file).Options, endpoint);
            Console.WriteLine(served.Id);
        }
        served?.EndAsync().GetAwaiter().GetResult();
    }

    private static BodyStudy Begin(RunOptions run, WireEndpoint endpoint)
    {
        var (study, site) = (new Study(run), WireEndpoint.Site.Name);
        var host = new BodyHost(study);
        var served = new BodyStudy(study, "", CutShapes.Of(study), [site], host.Open, endpoint.Studies.Limits);
        endpoint.Studies.Add(served);
        new ServedBodyHost(host, served).BeginAsync(new BodyRound(RemoteStep.Round(study), [site], Last: null), CancellationToken.None).GetAwaiter().GetResult();
        return served;
    }
}
