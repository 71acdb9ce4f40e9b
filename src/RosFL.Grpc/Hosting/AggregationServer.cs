using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RosFL.Federation;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Grpc.Hosting;

/// <summary>The process <c>rosfl aggregate</c>: its studies side by side, each in a run folder of its own, over one port.</summary>
public static class AggregationServer
{
    /// <param name="load">Reads a run file.</param>
    /// <param name="progress">What a study shows, by study.</param>
    /// <param name="finished">When a study is done, with its folder.</param>
    public static async Task RunAsync(
        AggregateOptions options, Func<string, RunFile> load, Action<Study, SimulationProgress> progress, Action<RunFolder> finished, TimeProvider time, CancellationToken cancellation)
    {
        using var credentials = new PartyFolder(options.Party).Open(time);
        var open = new List<IDisposable>();
        try
        {
            var studies = options.Studies.Select(s => Open(s, load(s.Run), credentials, progress, time, open)).ToList();
            var service = new FederationService([.. studies.Select(s => s.Study.Room)]);
            await using var server = await PartyServer.StartAsync(options.Listen, credentials, services => services.AddSingleton(service)
                .AddTensorMethod(FederationService.Method, (FederationService s, IAsyncStreamReader<TensorFrame<Protocol.SiteMessage>> r, IServerStreamWriter<TensorFrame<Protocol.ServerMessage>> w, ServerCallContext c) => s.Join(r, w, c)),
                map => map.MapGrpcService<FederationService>().WithMetadata(new CallersAttribute(PartyRole.Site)));
            await Task.WhenAll(studies.Select(async s =>
            {
                await s.Study.RunAsync(cancellation);
                finished(s.Folder);
            }));
        }
        finally
        {
            foreach (var one in Enumerable.Reverse(open)) one.Dispose();
        }
    }

    private static (AggregationStudy Study, RunFolder Folder) Open(
        AggregatedStudy options, RunFile run, PartyCredentials credentials, Action<Study, SimulationProgress> progress, TimeProvider time, List<IDisposable> open)
    {
        var folder = RunFolder.Resume(run);
        open.Add(folder);
        RemoteBodyHost? bodies = null;
        if (options.ComputationServer.Length > 0)
        {
            var channel = credentials.NewChannel(new Uri(options.ComputationServer), PartyRole.ComputationServer, null, WireChannel.Limit, WireChannel.KeepAlive);
            open.Add(channel);
            bodies = new RemoteBodyHost(channel.CreateCallInvoker(), time);
        }
        var policy = new RoundPolicy { Sites = options.QuorumSites, Share = options.QuorumShare, Patience = TimeSpan.FromSeconds(options.PatienceSeconds) };
        AggregationStudy? study = null;
        study = new AggregationStudy(folder, options.Sites, bodies, policy, time, p => progress(study!.Room.Study, p));
        open.Add(study);
        return (study, folder);
    }
}
