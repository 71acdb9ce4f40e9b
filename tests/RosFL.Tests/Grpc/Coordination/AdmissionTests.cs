using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RosFL.Federation;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Hosting;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>Who may join a study at the aggregation server: the parties of the approved roster, with their keys, in their own names; over real TLS.</summary>
public sealed class AdmissionTests : IAsyncLifetime
{
    private static readonly Party Server = new(PartyRole.AggregationServer, "merge"), North = new(PartyRole.Site, "north"), South = new(PartyRole.Site, "south");

    private readonly ThrowAwayTrust trust = new(TimeProvider.System);
    private readonly List<RosflException> refused = [];
    private PartyCredentials merge = null!, north = null!, south = null!; // made before each test
    private Manifest manifest = null!;
    private PartyServer server = null!;
    private int port;

    public async ValueTask InitializeAsync()
    {
        (merge, north, south) = (trust.New(Server), trust.New(North), trust.New(South));
        manifest = Manifest.Create(new()
        {
            Study = "tiny",
            Run = [],
            BodySeed = new('0', 64),
            Roster = [new(Server.ToString(), merge.Key), new(North.ToString(), north.Key, 12), new(South.ToString(), south.Key)],
        }, new() { Algorithm = new() { Name = "fedavg" }, Privacy = new() { SecureAggregation = SecureAggregationKind.None } });
        (server, port) = await ServeAsync(manifest);
    }

    private async Task<(PartyServer Server, int Port)> ServeAsync(Manifest ours)
    {
        var study = new Study(new() { Name = "tiny", Algorithm = new() { Name = "fedavg" } }, StudySeeds.OfNobody);
        var sites = ours.Sites.Select(name => new RemoteSite(study.Id, name, TimeSpan.FromMinutes(1), TimeProvider.System, _ => { })).ToList();
        var service = new FederationService([new(study, ours, sites)], new(), refused.Add);
        var free = LoopbackPort.Free();
        return (await PartyServer.StartAsync($"127.0.0.1:{free}", merge, services => services.AddSingleton(service)
            .AddTensorMethod(FederationService.Method, (FederationService s, IAsyncStreamReader<TensorFrame<SiteMessage>> r, IServerStreamWriter<TensorFrame<ServerMessage>> w, ServerCallContext c) => s.Join(r, w, c)),
            map => map.MapGrpcService<FederationService>().WithMetadata(new CallersAttribute(PartyRole.Site)), refused.Add), free);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        foreach (var party in new[] { merge, north, south }) party.Dispose();
        trust.Dispose();
    }

    [Fact]
    public async Task Site_ofTheRoster_isWelcome()
    {
        Assert.Null(await JoinAsync(north, Hello("north")));
        Assert.Null(await JoinAsync(south, Hello("south", weight: 77)));
    }

    [Fact]
    public async Task Site_mintedByAServer_isRefused()
    {
        using var minted = trust.New(North); // the same root, role and name, but a key that the sites did not approve
        Assert.Contains("whoever issued it", await JoinAsync(minted, Hello("north")), StringComparison.Ordinal);
        using var invented = trust.New(new(PartyRole.Site, "invented"));
        Assert.NotNull(await JoinAsync(invented, Hello("invented")));
        Assert.Equal(2, refused.Count);
    }

    [Fact]
    public async Task AnotherSitesName_isRefused() => Assert.Contains("speaks for itself alone", await JoinAsync(north, Hello("south")), StringComparison.Ordinal);

    [Fact]
    public async Task ServersCertificate_isNoSites() => Assert.Contains("is open to site", await JoinAsync(merge, Hello("merge")), StringComparison.Ordinal);

    [Fact]
    public async Task AnotherManifest_isRefused()
    {
        var hello = Hello("north");
        hello.Hello.RunHash = new('e', 64);
        Assert.Contains("holds another manifest", await JoinAsync(north, hello), StringComparison.Ordinal);
    }

    /// <summary>The server's manifest goes with the refusal, so that the site can name the differences, where headers take it: not with the longest roster.</summary>
    [Theory]
    [InlineData(1, "The aggregation server holds another manifest of study 'tiny' (theirs / ours): roster")]
    [InlineData(297, "Site 'north' holds another manifest of study 'tiny' than this server (HASH): 'rosfl study diff' shows what differs; approve the same one.")]
    public async Task AnotherManifest_isToldApart_whereHeadersTakeIt(int more, string sentence)
    {
        var theirs = Manifest.Create(manifest.Terms with { Roster = [.. manifest.Terms.Roster, .. Enumerable.Range(0, more).Select(i => new RosterEntry($"site/more-{i}", $"{i:x64}"))] }, manifest.Run);
        var (other, at) = await ServeAsync(theirs);
        await using var serving = other;
        var error = await RefusalAsync(north, Hello("north"), at);
        var refusal = Assert.IsType<RosflException>(WireRefusal.From(error!));
        Assert.StartsWith(sentence.Replace("HASH", theirs.Hash, StringComparison.Ordinal), WireRefusal.WithDifferences(refusal, manifest, "The aggregation server").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherWeightThanAgreed_isRefused() => Assert.Contains("the manifest of study 'tiny' says 12", await JoinAsync(north, Hello("north", weight: 13)), StringComparison.Ordinal);

    [Fact]
    public async Task UnknownStudy_isRefused()
    {
        var hello = Hello("north");
        hello.Position.Study = "../other";
        Assert.Contains("no study of that name", await JoinAsync(north, hello), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OldClient_isRefused()
    {
        var hello = Hello("north");
        (hello.Hello.Version.Major, hello.Position) = (1, null); // which had no positions
        Assert.Equal("The program of site 'north' speaks protocol 1.0, this one 2.0: update the older of the two.", await JoinAsync(north, hello));
        hello.Hello.Version = null;
        Assert.Equal("The program of site 'north' speaks protocol without a version, this one 2.0: update the older of the two.", await JoinAsync(north, hello));
        Assert.Equal(2, refused.Count);
    }

    [Fact]
    public async Task Hello_withoutAPosition_isRefused()
    {
        var hello = Hello("north");
        hello.Position = null;
        Assert.Equal("A hello must have a position: update the program of the site.", await JoinAsync(north, hello));
    }

    [Fact]
    public async Task FirstMessage_thatIsNoHello_isRefused() => Assert.Equal("A site must say hello first.", await JoinAsync(north, new() { Position = Hello("north").Position, Step = new() }));

    [Fact]
    public async Task Site_ofANewerMinorVersion_isWelcome()
    {
        var hello = Hello("north");
        hello.Hello.Version.Minor = 9;
        Assert.Null(await JoinAsync(north, hello));
    }

    [Fact]
    public async Task Site_refusesAServerWhoseKeyIsNotInTheRoster()
    {
        var other = Manifest.Create(manifest.Terms with { Roster = [.. manifest.Terms.Roster.Select(entry => entry.Weight == 0 && entry.Party == Server.ToString() ? entry with { Key = new('f', 64) } : entry)] }, manifest.Run);
        using var channel = north.NewChannel(new($"https://127.0.0.1:{port}"), PartyRole.AggregationServer, admit: (party, key) => other.Admit(party, key));
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(FederationService.Method, null, new CallOptions());
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseHeadersAsync);
        Assert.Contains("whoever issued it", error.Explain(TimeProvider.System)!.Message, StringComparison.Ordinal);
    }

    private SiteMessage Hello(string site, long weight = 12) => new()
    {
        Position = new() { Study = "tiny", Site = site },
        Hello = new() { Version = WireVersion.Own, Process = "p", RunHash = manifest.Hash, Weight = weight },
    };

    /// <summary>Null when welcome, else what the refusal says.</summary>
    private async Task<string?> JoinAsync(PartyCredentials site, SiteMessage hello) => (await RefusalAsync(site, hello, port))?.Status.Detail;

    /// <summary>Null when welcome.</summary>
    private static async Task<RpcException?> RefusalAsync(PartyCredentials site, SiteMessage hello, int port)
    {
        using var channel = site.NewChannel(new($"https://127.0.0.1:{port}"), PartyRole.AggregationServer);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(FederationService.Method, null, new CallOptions());
        try
        {
            await SayAsync(call, hello);
            Assert.NotNull((await new TensorFrameReader<ServerMessage>(call.ResponseStream).ControlAsync(default))!.Welcome);
            return null;
        }
        catch (RpcException error)
        {
            return error;
        }
    }

    /// <summary>A server that refuses at the headers ends the call while we still write; what it says is read.</summary>
    private static async Task SayAsync(AsyncDuplexStreamingCall<TensorFrame<SiteMessage>, TensorFrame<ServerMessage>> call, SiteMessage hello)
    {
        try
        {
            await new TensorFrameWriter<SiteMessage>(call.RequestStream).ControlAsync(hello, default);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
        }
    }
}
