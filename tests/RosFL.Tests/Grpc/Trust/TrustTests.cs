using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using RosFL.Grpc.Trust;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Trust;

/// <summary>Who gets in, who does not, and what the refused end is told; over real TLS on loopback.</summary>
public sealed class TrustTests : IDisposable
{
    private const byte TlsAlert = 21;

    /// <summary>With which HTTP/2 begins.</summary>
    private static readonly byte[] Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray();

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly FakeTimeProvider time = new(Now);
    private readonly ThrowAwayTrust trust;
    private readonly PartyCredentials server;

    public TrustTests()
    {
        trust = new ThrowAwayTrust(time);
        server = trust.New(new(PartyRole.AggregationServer, "merge"));
    }

    public void Dispose()
    {
        server.Dispose();
        trust.Dispose();
    }

    [Fact]
    public async Task Site_withItsCertificate_isKnownByRoleAndName()
    {
        await using var host = await TrustHost.StartAsync(server);
        using var north = Site("north");
        Assert.Equal("site/north", await GetAsync(north, host, "/who"));
    }

    [Fact]
    public async Task Role_thatTheEndpointDoesNotName_isRefusedOnTheCall()
    {
        await using var host = await TrustHost.StartAsync(server);
        using var compute = trust.New(new(PartyRole.ComputationServer, "bodies"));
        Assert.Contains("computation-server/bodies is none", await GetAsync(compute, host, "/who"), StringComparison.Ordinal);
        Assert.Single(host.Refused);
    }

    [Fact]
    public async Task Endpoint_withoutCallers_isOpenToNobody()
    {
        await using var host = await TrustHost.StartAsync(server);
        using var north = Site("north");
        Assert.DoesNotContain("never", await GetAsync(north, host, "/nobody"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("south")]
    [InlineData("..%2Fnorth")]
    public async Task Message_inAnotherSitesName_isRefused(string name)
    {
        await using var host = await TrustHost.StartAsync(server);
        using var north = Site("north");
        Assert.Contains("speaks for itself alone", await GetAsync(north, host, "/speak/" + name), StringComparison.Ordinal);
        Assert.Equal("heard", await GetAsync(north, host, "/speak/north"));
    }

    [Fact]
    public async Task NoCertificate_failsTheHandshake()
    {
        await using var host = await TrustHost.StartAsync(server);
        Assert.False(await IsTalkedToAsync(host.Address, null));
    }

    [Fact]
    public async Task Certificate_ofAnotherRoot_failsTheHandshake()
    {
        await using var host = await TrustHost.StartAsync(server);
        using var elsewhere = new ThrowAwayTrust(time);
        using var stranger = elsewhere.New(new(PartyRole.Site, "north"));
        using var north = Site("north");
        Assert.False(await IsTalkedToAsync(host.Address, stranger.Certificate));
        Assert.True(await IsTalkedToAsync(host.Address, north.Certificate));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, false)]
    [InlineData(SslProtocols.Tls13, true)]
    public async Task Handshake_ofTls12_fails(SslProtocols protocol, bool isTalkedTo)
    {
        await using var host = await TrustHost.StartAsync(server);
        using var north = Site("north");
        Assert.Equal(isTalkedTo, await IsTalkedToAsync(host.Address, north.Certificate, protocol));
    }

    /// <summary>HTTP/2 without TLS; the server may say in TLS's own words that this is none.</summary>
    [Fact]
    public async Task PlainConnection_isHungUpOn()
    {
        await using var host = await TrustHost.StartAsync(server);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(host.Address.Host, host.Address.Port);
        await tcp.GetStream().WriteAsync(Preface);
        using var answer = new MemoryStream();
        await tcp.GetStream().CopyToAsync(answer).ContinueWith(_ => { }, TaskScheduler.Default); // a reset is an end too
        Assert.True(answer.ToArray() is [] or [TlsAlert, ..]);
    }

    [Fact]
    public async Task Server_ofAnotherRoot_isNamedByItsIssuerAsAProxy()
    {
        using var proxyRoot = CertificateAuthority.Create("hospital-proxy", time);
        using var elsewhere = proxyRoot.IssueWithKey(new(PartyRole.AggregationServer, "merge"), ["localhost"]);
        var roots = new X509Certificate2Collection(X509CertificateLoader.LoadCertificate(proxyRoot.Root.RawData));
        using var proxy = new PartyCredentials(elsewhere, roots, Revocations.InMemory(roots, time), time);
        await using var host = await TrustHost.StartAsync(proxy);
        using var north = Site("north");
        var refusal = await RefusalAsync(north, host);
        Assert.Contains("hospital-proxy", refusal, StringComparison.Ordinal);
        Assert.Contains("TLS-terminating proxy", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_ofAnotherRoleOrName_isNotTalkedTo()
    {
        await using var host = await TrustHost.StartAsync(server);
        using var north = Site("north");
        Assert.Contains("aggregation-server/merge", await RefusalAsync(north, host, PartyRole.ComputationServer), StringComparison.Ordinal);
        Assert.Contains("aggregation-server/other is expected", await RefusalAsync(north, host, PartyRole.AggregationServer, "other"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExpiredSite_isToldByHowMuchAndByWhoseClock()
    {
        await using var host = await TrustHost.StartAsync(server);
        using var north = trust.New(new(PartyRole.Site, "north"), TimeSpan.FromDays(1), new FakeTimeProvider(Now));
        time.Advance(TimeSpan.FromDays(4));
        var refusal = await GetAsync(north, host, "/who");
        Assert.Contains("expired 3 days ago", refusal, StringComparison.Ordinal);
        Assert.Contains(time.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClockThatIsBehind_isSaid()
    {
        using var north = trust.New(new(PartyRole.Site, "north"), clock: new FakeTimeProvider(Now - TimeSpan.FromDays(7)));
        await using var host = await TrustHost.StartAsync(server);
        Assert.Contains("valid only in 7 days", await RefusalAsync(north, host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusedGrpcCall_saysWhyAndHowFarTheClocksAreApart()
    {
        await using var host = await TrustHost.StartAsync(server);
        using var north = Site("north");
        using var channel = north.NewChannel(host.Address, PartyRole.AggregationServer);
        var bytes = Marshallers.Create(value => value, value => value);
        var call = channel.CreateCallInvoker().AsyncUnaryCall(new Method<byte[], byte[]>(MethodType.Unary, "rosfl.Test", "Call", bytes, bytes), null, default, []);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await call);
        var explained = error.Explain(new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(3)))!;
        Assert.Equal(ExitCode.NotTrusted, explained.Code);
        Assert.Contains("site/north is none", explained.Message, StringComparison.Ordinal);
        Assert.Contains("3 hours after theirs", explained.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RevokedSite_withAnOpenStream_isCut()
    {
        await using var host = await TrustHost.StartAsync(server);
        using var north = Site("north");
        using var south = Site("south");
        using var client = new HttpClient(north.NewHandler(PartyRole.AggregationServer)) { BaseAddress = host.Address, DefaultRequestVersion = HttpVersion.Version20 };
        await using var stream = await client.GetStreamAsync("/stream");
        Assert.Equal(4, await stream.ReadAtLeastAsync(new byte[4], 4));

        server.Revocations.Take(trust.Revoke(north.Party, north.Key), "test");
        time.Advance(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAnyAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[1]));
        await host.StreamEnded.Task;
        Assert.Contains("was revoked", await GetAsync(north, host, "/who"), StringComparison.Ordinal);
        Assert.Equal("site/south", await GetAsync(south, host, "/who"));
    }

    [Fact]
    public async Task Site_leavesAServerThatIsRevoked()
    {
        await using var host = await TrustHost.StartAsync(server);
        using var north = Site("north");
        using var client = new HttpClient(north.NewHandler(PartyRole.AggregationServer)) { BaseAddress = host.Address, DefaultRequestVersion = HttpVersion.Version20 };
        await using var stream = await client.GetStreamAsync("/stream");
        Assert.Equal(4, await stream.ReadAtLeastAsync(new byte[4], 4));

        north.Revocations.Take(trust.Revoke(server.Party, server.Key), "test");

        await Assert.ThrowsAnyAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[1]));
        Assert.Contains("was revoked", await RefusalAsync(north, host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExpiredCertificate_endsAnOpenStream()
    {
        await using var host = await TrustHost.StartAsync(server);
        using var north = trust.New(new(PartyRole.Site, "north"), TimeSpan.FromHours(1), new FakeTimeProvider(Now));
        using var client = new HttpClient(north.NewHandler(PartyRole.AggregationServer)) { BaseAddress = host.Address, DefaultRequestVersion = HttpVersion.Version20 };
        await using var stream = await client.GetStreamAsync("/stream");
        Assert.Equal(4, await stream.ReadAtLeastAsync(new byte[4], 4));
        time.Advance(TimeSpan.FromHours(2)); // over which it is looked at many times
        await host.StreamEnded.Task;
        Assert.Single(host.Refused);
    }

    private PartyCredentials Site(string name) => trust.New(new(PartyRole.Site, name));

    private static async Task<string> GetAsync(PartyCredentials caller, TrustHost host, string path)
    {
        using var client = new HttpClient(caller.NewHandler(PartyRole.AggregationServer)) { BaseAddress = host.Address, DefaultRequestVersion = HttpVersion.Version20 };
        using var answer = await client.GetAsync(path);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<string> RefusalAsync(PartyCredentials caller, TrustHost host, PartyRole role = PartyRole.AggregationServer, string? name = null)
    {
        using var client = new HttpClient(caller.NewHandler(role, name)) { BaseAddress = host.Address };
        var error = await Assert.ThrowsAnyAsync<Exception>(() => client.GetAsync("/who"));
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
            if (cause is RosflException { Code: ExitCode.NotTrusted } refused) return refused.Message;
        throw error;
    }

    /// <summary>TLS by hand, to present what our own code never would: whether the server goes on to HTTP/2, so answers a preface.</summary>
    private static async Task<bool> IsTalkedToAsync(Uri address, X509Certificate2? presented, SslProtocols protocol = SslProtocols.None)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(address.Host, address.Port);
        await using var tls = new SslStream(tcp.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = protocol,
                LocalCertificateSelectionCallback = presented is null ? null : (_, _, _, _, _) => presented,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            });
            await tls.WriteAsync(Preface);
            return await tls.ReadAsync(new byte[1]) > 0;
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            return false; // TLS 1.3 tells a client of its refusal after the handshake
        }
    }
}
