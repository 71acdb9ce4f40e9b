using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RosFL.Federation;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Release;
using RosFL.Grpc.Trust;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Hosting;

/// <summary>The process <c>rosfl compute</c>: the bodies of its studies, over one port, until it is stopped.</summary>
public static class ComputationServer
{
    /// <param name="names">What the catalogues know.</param>
    public static async Task RunAsync(ComputeOptions options, RunNames names, TimeProvider time, CancellationToken cancellation)
    {
        await using var process = await PartyProcess.StartAsync(options.Party, options.Watch, time, cancellation);
        var versions = new List<TwoVersions>();
        using var thread = new TorchThread("torch", 1);
        try
        {
            var (bodiesToGive, limits) = (new Dictionary<string, ReleasedStudy>(), options.Limits ?? new());
            limits.Check();
            var (hosts, bodies) = (new Dictionary<string, HostedStudy>(), new BodyStudies(limits) { Refused = process.Refused });
            foreach (var one in options.Studies)
            {
                var approved = process.Open(one.Study, RunFile.Load(one.Run, null, names), names);
                var study = new Study(approved.Run.Options, StudySeeds.OfComputationServer(approved.BodySeed));
                versions.Add(TwoVersions.Open(Path.Combine(options.Folder, study.Id)));
                var host = new BodyHost(study, versions[^1]);
                var served = new BodyStudy(study, approved.Hash, await thread.RunAsync(() => CutShapes.Of(study)), approved.Manifest.Sites, host.Open, limits)
                {
                    Admit = caller => approved.Admit(caller),
                    Terms = approved.Manifest,
                };
                bodies.Add(served);
                bodiesToGive.Add(study.Id, new(approved.Manifest, host.BodyAfter));
                hosts.Add(study.Id, new(new ServedBodyHost(host, served), caller => approved.Admit(caller)));
            }
            var control = new BodyHostService(hosts, process.Committed, process.Refused);
            var release = new BodyReleaseService(bodiesToGive, limits, given => process.Log.Append(given), process.Refused);
            await using var server = await PartyServer.StartAsync(options.Listen, process.Credentials, services => services.AddSingleton(control).AddBodies(bodies).AddRelease(release),
                map =>
                {
                    map.MapGrpcService<BodyHostService>().WithMetadata(new CallersAttribute(PartyRole.AggregationServer));
                    map.MapBodies();
                    map.MapGrpcService<BodyReleaseService>();
                }, process.Refused, limits);
            process.Health.Ready();
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
        }
        finally
        {
            foreach (var one in versions) one.Dispose();
        }
    }
}
