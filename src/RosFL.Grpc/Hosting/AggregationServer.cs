using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RosFL.Federation;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Watching;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Grpc.Hosting;

/// <summary>The process <c>rosfl aggregate</c>: its studies side by side, each in a run folder of its own, over one port.</summary>
public static class AggregationServer
{
    /// <param name="names">What the catalogues know.</param>
    /// <param name="progress">What a study shows, by study.</param>
    /// <param name="finished">When a study is done, with its folder.</param>
    /// <param name="work">What is done with each study; null trains it.</param>
    public static async Task RunAsync(
        AggregateOptions options, RunNames names, Action<Study, SimulationProgress> progress, Action<RunFolder> finished, TimeProvider time, CancellationToken cancellation,
        Func<AggregationStudy, CancellationToken, Task>? work = null)
    {
        await using var process = await PartyProcess.StartAsync(options.Party, options.Watch, time, cancellation);
        var (open, limits) = (new List<IDisposable>(), options.Limits ?? new());
        limits.Check();
        try
        {
            var studies = options.Studies.Select(s => Open(s, process.Open(s.Study, RunFile.Load(s.Run, null, names), names), process, progress, time, open)).ToList();
            var service = new FederationService([.. studies.Select(s => s.Study.Room)], limits, process.Refused);
            await using var server = await PartyServer.StartAsync(options.Listen, process.Credentials, services => services.AddSingleton(service)
                .AddTensorMethod(FederationService.Method, (FederationService s, IAsyncStreamReader<TensorFrame<Protocol.SiteMessage>> r, IServerStreamWriter<TensorFrame<Protocol.ServerMessage>> w, ServerCallContext c) => s.Join(r, w, c)),
                map => map.MapGrpcService<FederationService>().WithMetadata(new CallersAttribute(PartyRole.Site)), process.Refused, limits);
            process.Health.Ready();
            await Task.WhenAll(studies.Select(async s =>
            {
                await (work ?? ((study, stop) => study.RunAsync(stop)))(s.Study, cancellation);
                process.Ended(s.Study.Room.Study.Id);
                finished(s.Folder);
            }));
        }
        finally
        {
            foreach (var one in Enumerable.Reverse(open)) one.Dispose();
        }
    }

    private static (AggregationStudy Study, RunFolder Folder) Open(
        AggregatedStudy options, ApprovedStudy approved, PartyProcess process, Action<Study, SimulationProgress> progress, TimeProvider time, List<IDisposable> open)
    {
        var folder = RunFolder.Resume(approved.Run);
        open.Add(folder);
        RemoteBodyHost? bodies = null;
        if (options.ComputationServer.Length > 0)
        {
            var channel = approved.Dial(options.ComputationServer, PartyRole.ComputationServer, WireChannel.Limit, WireChannel.KeepAlive);
            open.Add(channel);
            bodies = new RemoteBodyHost(channel.CreateCallInvoker(), time);
        }
        var identity = process.Identity();
        open.Add(identity);
        AggregationStudy? study = null;
        study = new AggregationStudy(folder, approved.Manifest, bodies, identity, time, p =>
        {
            StudyMetrics.Count(approved.Id, approved.Manifest.Sites.Count, p);
            if (p is SimulationProgress.Committed(var round)) process.Log.Append(new(AuditEventKind.RoundCommitted) { Study = approved.Id, Round = round.Round, Hash = round.Hash });
            progress(study!.Room.Study, p);
        })
        { Health = process.Health };
        open.Add(study);
        return (study, folder);
    }
}
