using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RosFL.Federation;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Trust;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Hosting;

/// <summary>The process <c>rosfl compute</c>: the bodies of its studies, over one port, until it is stopped.</summary>
public static class ComputationServer
{
    /// <param name="load">Reads a run file.</param>
    public static async Task RunAsync(ComputeOptions options, Func<string, RunFile> load, TimeProvider time, CancellationToken cancellation)
    {
        using var credentials = new PartyFolder(options.Party).Open(time);
        var versions = new List<TwoVersions>();
        using var thread = new TorchThread("torch", 1);
        try
        {
            var (hosts, bodies, limits) = (new Dictionary<string, IBodyHost>(), new BodyStudies(new BodyLimits()), new BodyLimits());
            foreach (var one in options.Studies)
            {
                var study = new Study(load(one.Run).Options, StudySeeds.OfComputationServer(PartyOptions.Seeds(one.BodySeed, "bodySeed")));
                versions.Add(TwoVersions.Open(Path.Combine(options.Folder, study.Id)));
                var host = new BodyHost(study, versions[^1]);
                var served = new BodyStudy(study, RunIdentity.Of(study.Run), await thread.RunAsync(() => CutShapes.Of(study)), one.Sites, host.Open, limits);
                bodies.Add(served);
                hosts.Add(study.Id, new ServedBodyHost(host, served));
            }
            var control = new BodyHostService(hosts);
            await using var server = await PartyServer.StartAsync(options.Listen, credentials, services => services.AddSingleton(control).AddBodies(bodies),
                map =>
                {
                    map.MapGrpcService<BodyHostService>().WithMetadata(new CallersAttribute(PartyRole.AggregationServer));
                    map.MapBodies();
                });
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
        }
        finally
        {
            foreach (var one in versions) one.Dispose();
        }
    }
}
