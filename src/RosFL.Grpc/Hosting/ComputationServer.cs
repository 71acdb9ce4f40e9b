using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RosFL.Federation;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Grpc.Hosting;

/// <summary>The process <c>rosfl compute</c>: the bodies of its studies, over one port, until it is stopped.</summary>
public static class ComputationServer
{
    /// <param name="load">Reads a run file.</param>
    public static async Task RunAsync(ComputeOptions options, Func<string, RunFile> load, TimeProvider time, CancellationToken cancellation)
    {
        using var credentials = new PartyFolder(options.Party).Open(time);
        var versions = new List<TwoVersions>();
        try
        {
            var hosts = new Dictionary<string, BodyHost>();
            foreach (var one in options.Studies)
            {
                var study = new Study(load(one.Run).Options, StudySeeds.OfComputationServer(PartyOptions.Seeds(one.BodySeed, "bodySeed")));
                versions.Add(TwoVersions.Open(Path.Combine(options.Folder, study.Id)));
                hosts.Add(study.Id, new BodyHost(study, versions[^1]));
            }
            var control = new BodyHostService(hosts.ToDictionary(h => h.Key, h => (IBodyHost)h.Value));
            await using var server = await PartyServer.StartAsync(options.Listen, credentials, services => services.AddSingleton(control),
                map => map.MapGrpcService<BodyHostService>().WithMetadata(new CallersAttribute(PartyRole.AggregationServer)));
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
        }
        finally
        {
            foreach (var one in versions) one.Dispose();
        }
    }
}
