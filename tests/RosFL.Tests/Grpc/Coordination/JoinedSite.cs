using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RosFL.Federation;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Tests.Federation;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>An aggregation server's port, and sites in one process with it that join.</summary>
internal sealed class JoinedSite : IAsyncDisposable
{
    private readonly ThrowAwayTrust trust = new(TimeProvider.System);
    private readonly List<IDisposable> open = [];
    private readonly CancellationTokenSource stop = new();
    private readonly MadeStudy study;
    private readonly Manifest manifest;
    private readonly PartyCredentials credentials, own;
    private PartyServer? server;
    private GrpcChannel? channel;

    private JoinedSite(MadeStudy study, Action<StepRecord>? onStep)
    {
        this.study = study;
        Remote = new RemoteSite(study.Sites[0].Name, TimeSpan.FromMinutes(1), TimeProvider.System, onStep);
        (credentials, own) = (trust.New(new Party(PartyRole.AggregationServer, "aggregation-server")), trust.New(new Party(PartyRole.Site, Remote.Name)));
        open.AddRange([credentials, own]);
        manifest = Manifest.Create(new()
        {
            Study = study.Study.Id,
            Run = [],
            BodySeed = new('0', 64),
            Roster = [new(credentials.Party.ToString(), credentials.Key), new(own.Party.ToString(), own.Key)],
        }, study.Study.Run with { Privacy = new() { SecureAggregation = SecureAggregationKind.None } });
    }

    public RemoteSite Remote { get; }

    /// <summary>The site's process, which ends with what it was refused for.</summary>
    public Task Agent { get; private set; } = Task.CompletedTask;

    /// <summary>Between the site and the server.</summary>
    public FaultProxy? Proxy { get; private set; }

    /// <summary>With which the site is welcome.</summary>
    public SiteHello Hello => new() { Version = WireVersion.Own, Study = study.Study.Id, Site = Remote.Name, Process = "raw", RunHash = manifest.Hash, Weight = study.Sites[0].Weight, StepsPerRound = study.Sites[0].StepsPerRound, TrainingImages = 5 };

    /// <param name="site">In place of the study's first site.</param>
    public static async Task<JoinedSite> StartAsync(MadeStudy study, string? siteRun = null, ISite? site = null)
    {
        var joined = await ServeAsync(study);
        try
        {
            await joined.JoinAsync(site ?? study.Sites[0], siteRun);
            return joined;
        }
        catch
        {
            await joined.DisposeAsync();
            throw;
        }
    }

    /// <summary>The server alone.</summary>
    public static async Task<JoinedSite> ServeAsync(MadeStudy study, WireLimits? limits = null, Action<StepRecord>? onStep = null)
    {
        var joined = new JoinedSite(study, onStep);
        var service = new FederationService([new StudyRoom(study.Study, joined.manifest, [joined.Remote])], limits ?? new());
        joined.server = await PartyServer.StartAsync("127.0.0.1:0", joined.credentials, services => services.AddSingleton(service)
            .AddTensorMethod(FederationService.Method, (FederationService s, IAsyncStreamReader<TensorFrame<SiteMessage>> r, IServerStreamWriter<TensorFrame<ServerMessage>> w, ServerCallContext c) => s.Join(r, w, c)),
            map => map.MapGrpcService<FederationService>().WithMetadata(new CallersAttribute(PartyRole.Site)));
        joined.open.Add(joined.Proxy = new FaultProxy(() => joined.server.Address));
        joined.open.Add(joined.channel = joined.own.NewChannel(joined.Proxy.Address, PartyRole.AggregationServer, null, WireChannel.Limit, WireChannel.KeepAlive));
        return joined;
    }

    /// <summary>A process of the site, when the one before is over.</summary>
    public async Task JoinAsync(ISite site, string? siteRun = null)
    {
        var facts = new SiteFacts(site.Weight, study.Sites[0].StepsPerRound, 5, 0, 0);
        Agent = new SiteAgent(study.Study, site, facts, siteRun ?? manifest.Hash, channel!.CreateCallInvoker, TimeProvider.System).RunAsync(stop.Token); // set with the server
        if (await Task.WhenAny(Agent, Remote.HereAsync(stop.Token)) == Agent) await Agent;
    }

    /// <summary>A stream of the site on which a test says what it wants.</summary>
    public RawSite Raw() => new(channel!.CreateCallInvoker(), this); // set with the server

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Agent.ContinueWith(_ => { }, TaskScheduler.Default);
        if (server is not null) await server.DisposeAsync();
        foreach (var one in Enumerable.Reverse(open)) one.Dispose();
        trust.Dispose();
        stop.Dispose();
    }
}
