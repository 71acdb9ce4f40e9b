using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RosFL.Federation;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Coordination.Hidden;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Tests.Federation;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Coordination.Hidden;

/// <summary>An aggregation server's merge and the three sites that hide their parts from it, joined over TLS, in one process.</summary>
internal sealed class HiddenNetwork : IAsyncDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("rosfl-hidden-").FullName;
    private readonly ThrowAwayTrust trust = new(TimeProvider.System);
    private readonly List<IDisposable> open = [];
    private readonly CancellationTokenSource stop = new();
    private readonly MadeStudy made;
    private readonly Func<SiteUpdate, SiteUpdate> change;
    private readonly Action<HiddenReply> lastSays;
    private readonly List<Task> agents = [];
    private PartyServer? server;
    private HiddenMerge? merge;

    private HiddenNetwork(RunOptions run, Func<SiteUpdate, SiteUpdate> change, Action<HiddenReply> lastSays)
    {
        (made, this.change, this.lastSays) = (new(run), change, lastSays);
        Remotes = [.. made.Sites.Select(s => new RemoteSite(made.Study.Id, s.Name, TimeSpan.FromMinutes(1), TimeProvider.System))];
    }

    public static RunOptions Run => MadeStudy.Run("fedavg") with { Privacy = new() { SecureAggregation = SecureAggregationKind.Malicious } };

    public IReadOnlyList<RemoteSite> Remotes { get; }

    /// <summary>What sites said to their own users.</summary>
    public ConcurrentQueue<string> Notices { get; } = [];

    /// <summary>What the server said to its own.</summary>
    public ConcurrentQueue<string> ServerNotices { get; } = [];

    public RoundKey Key => made.Key(0);

    /// <param name="last">What the last site makes of the opened sum, in place of the study's run.</param>
    /// <param name="change">What becomes of a site's update before it is hidden.</param>
    /// <param name="lastSays">Changes what the last site sends in the protocol.</param>
    public static async Task<HiddenNetwork> StartAsync(RunOptions? last = null, Func<SiteUpdate, SiteUpdate>? change = null, Action<HiddenReply>? lastSays = null)
    {
        var network = new HiddenNetwork(Run, change ?? (update => update), lastSays ?? (_ => { }));
        try
        {
            await network.JoinAsync(last ?? Run);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>The first round, as far as to the sum that all have opened.</summary>
    public async Task<MergedRound> MergeAsync()
    {
        await Task.WhenAll(Remotes.Select(r => r.InitialAsync(stop.Token)));
        var trained = new List<TrainedSite>();
        foreach (var remote in Remotes)
        {
            var update = await remote.TrainAsync(new(Key, Model.Empty), stop.Token);
            trained.Add(new(remote, new(remote.Name, remote.Weight, 1, update.Figures.Steps), update));
        }
        return await merge!.MergeAsync(RoundState.Begin(Model.Empty), Key, trained, stop.Token);
    }

    /// <summary>What commits the round with these weights.</summary>
    public CommitRecord Record(MergedRound merged, string partsHash) => new(new(Key, [.. merged.Counted.Select(c => c.Survivor)]), partsHash, "", "");

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(agents).ContinueWith(_ => { }, TaskScheduler.Default);
        if (server is not null) await server.DisposeAsync();
        foreach (var one in Enumerable.Reverse(open)) one.Dispose();
        made.Dispose();
        trust.Dispose();
        stop.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private async Task JoinAsync(RunOptions last)
    {
        var aggregation = trust.Write(In("merge"), new(PartyRole.AggregationServer, "merge"));
        var parties = made.Sites.Select(s => trust.Write(In(s.Name), new(PartyRole.Site, s.Name))).ToList();
        var manifest = Manifest.Create(new()
        {
            Study = made.Study.Id,
            Run = [],
            BodySeed = new('0', 64),
            Roster = [aggregation.Entry(), .. parties.Select(p => p.Entry())],
        }, made.Study.Run);
        var credentials = Opened(aggregation.Open(TimeProvider.System));
        merge = new(made.Study, manifest, Opened(aggregation.Identity(credentials)), () => Remotes[0].InitialHash, SealedFolder.Of(root), TimeSpan.FromMinutes(1), TimeProvider.System, (_, notice) => ServerNotices.Enqueue(notice));
        var service = new FederationService([new StudyRoom(made.Study, manifest, Remotes)], new());
        server = await PartyServer.StartAsync("127.0.0.1:0", credentials, services => services.AddSingleton(service)
            .AddTensorMethod(FederationService.Method, (FederationService s, IAsyncStreamReader<TensorFrame<SiteMessage>> r, IServerStreamWriter<TensorFrame<ServerMessage>> w, ServerCallContext c) => s.Join(r, w, c)),
            map => map.MapGrpcService<FederationService>().WithMetadata(new CallersAttribute(PartyRole.Site)));
        foreach (var (site, party) in made.Sites.Zip(parties)) Join(site, party, manifest, site == made.Sites[^1] ? last : Run);
        await Task.WhenAll(Remotes.Select(r => r.HereAsync(stop.Token)));
    }

    private void Join(Site site, PartyFolder party, Manifest manifest, RunOptions run)
    {
        var credentials = Opened(party.Open(TimeProvider.System));
        // its identity is the site's to dispose
        var hidden = Opened(new HiddenSite(new LosingSite(site) { Delivered = change }, new Study(run), new SiteTrust(party.Identity(credentials), manifest), In(site.Name, "secure-aggregation"), TimeProvider.System, Notices.Enqueue));
        var channel = Opened(credentials.NewChannel(server!.Address, PartyRole.AggregationServer, null, WireChannel.Limit, WireChannel.KeepAlive));
        CallInvoker Dial() => site == made.Sites[^1] ? channel.Intercept(new ChangedReplies(lastSays)) : channel.CreateCallInvoker();
        agents.Add(new SiteAgent(made.Study, hidden, new SiteFacts(site.Weight, site.StepsPerRound, 5, 0, 0), manifest.Hash, Dial, TimeProvider.System).RunAsync(stop.Token));
    }

    private T Opened<T>(T one) where T : IDisposable
    {
        open.Add(one);
        return one;
    }

    private string In(params string[] names) => Path.Combine([root, .. names]);
}
