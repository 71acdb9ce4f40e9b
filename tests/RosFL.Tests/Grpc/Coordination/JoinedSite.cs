using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
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
    private readonly PartyCredentials credentials;
    private readonly IReadOnlyList<PartyCredentials> owns;
    private PartyServer? server;
    private GrpcChannel? channel;
    private SiteAgent? process;

    private JoinedSite(MadeStudy study, Action<StepRecord>? onStep)
    {
        this.study = study;
        Remotes = [.. study.Sites.Select(site => new RemoteSite(study.Study.Id, site.Name, TimeSpan.FromMinutes(1), TimeProvider.System, onStep))];
        credentials = trust.New(new Party(PartyRole.AggregationServer, "aggregation-server"));
        owns = [.. Remotes.Select(remote => trust.New(new Party(PartyRole.Site, remote.Name)))];
        open.AddRange([credentials, .. owns]);
        manifest = Manifest.Create(new()
        {
            Study = study.Study.Id,
            Run = [],
            BodySeed = new('0', 64),
            Roster = [new(credentials.Party.ToString(), credentials.Key), .. owns.Select(own => new RosterEntry(own.Party.ToString(), own.Key))],
        }, study.Study.Run with { Privacy = new() { SecureAggregation = SecureAggregationKind.None } });
    }

    /// <summary>In the study's order.</summary>
    public IReadOnlyList<RemoteSite> Remotes { get; }

    /// <summary>The first, which joins.</summary>
    public RemoteSite Remote => Remotes[0];

    /// <summary>The site's process, which ends with what it was refused for.</summary>
    public Task Agent { get; private set; } = Task.CompletedTask;

    /// <summary>Between the site and the server.</summary>
    public FaultProxy? Proxy { get; private set; }

    /// <summary>What the server refused.</summary>
    public ConcurrentQueue<RosflException> Refused { get; } = [];

    /// <summary>Why the server refused, in its words.</summary>
    public IEnumerable<string> Refusals => Refused.Select(refusal => refusal.Message);

    private SiteMessage HelloOf(int site) => new()
    {
        Position = new() { Study = study.Study.Id, Site = Remotes[site].Name },
        Hello = new() { Version = WireVersion.Own, Process = "raw", RunHash = manifest.Hash, Weight = study.Sites[site].Weight, StepsPerRound = study.Sites[site].StepsPerRound, TrainingImages = 5 },
    };

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
        try
        {
            await joined.ListenAsync(limits ?? new());
            return joined;
        }
        catch
        {
            await joined.DisposeAsync();
            throw;
        }
    }

    private async Task ListenAsync(WireLimits limits)
    {
        var service = new FederationService([new StudyRoom(study.Study, manifest, Remotes)], limits, Refused.Enqueue);
        server = await PartyServer.StartAsync("127.0.0.1:0", credentials, services => services.AddSingleton(service)
            .AddTensorMethod(FederationService.Method, (FederationService s, IAsyncStreamReader<TensorFrame<SiteMessage>> r, IServerStreamWriter<TensorFrame<ServerMessage>> w, ServerCallContext c) => s.Join(r, w, c)),
            map => map.MapGrpcService<FederationService>().WithMetadata(new CallersAttribute(PartyRole.Site)));
        open.Add(Proxy = new FaultProxy(() => server.Address));
        open.Add(channel = owns[0].NewChannel(Proxy.Address, PartyRole.AggregationServer, null, WireChannel.Limit, WireChannel.KeepAlive));
    }

    /// <summary>A process of the site, when the one before is over.</summary>
    /// <param name="between">What becomes of messages on their way; nothing when null.</param>
    public async Task JoinAsync(ISite site, string? siteRun = null, Interceptor? between = null, Action<string>? notice = null)
    {
        var facts = new SiteFacts(site.Weight, study.Sites[0].StepsPerRound, 5, 0, 0);
        CallInvoker Dial() => between is null ? channel!.CreateCallInvoker() : channel!.Intercept(between); // set with the server
        process = new SiteAgent(study.Study, site, facts, siteRun ?? manifest.Hash, Dial, TimeProvider.System, notice);
        Agent = process.RunAsync(stop.Token);
        if (await Task.WhenAny(Agent, Remote.HereAsync(stop.Token)) == Agent) await Agent;
    }

    /// <summary>The site's process shows a step.</summary>
    public void Stepped(StepRecord step) => process!.Stepped(step); // set with the site

    /// <summary>A stream of the site on which a test says what it wants.</summary>
    public RawSite Raw() => new(channel!.CreateCallInvoker(), HelloOf(0)); // set with the server

    /// <summary>Such a stream of another site of the study.</summary>
    public RawSite RawOf(int site, Action<GrpcChannelOptions>? options = null)
    {
        var other = owns[site].NewChannel(server!.Address, PartyRole.AggregationServer, null, options ?? WireChannel.Limit, WireChannel.KeepAlive); // set with the server
        open.Add(other);
        return new(other.CreateCallInvoker(), HelloOf(site));
    }

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
