using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RosFL.Grpc.Enrolment;
using RosFL.Grpc.Trust;
using RosFL.Runs;
using RosFL.Tests.Grpc.Trust;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Grpc.Enrolment;

/// <summary>From an invite to a certificate over real TLS, and everything that must not get one.</summary>
public sealed class EnrolmentTests : IAsyncLifetime
{
    private static readonly Party North = new(PartyRole.Site, "north"), South = new(PartyRole.Site, "south");

    private readonly FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
    private readonly TemporaryFolder folder = new();
    private AuthorityFolder authority = null!; // made before each test
    private PartyCredentials credentials = null!;
    private WebApplication service = null!;
    private Uri address = null!;

    public async ValueTask InitializeAsync()
    {
        authority = new(folder["ca"], time);
        authority.Create("study-ca", new("https://127.0.0.1:7443"));
        credentials = authority.ServiceCredentials();
        service = AuthorityService.Build(authority, credentials, new(IPAddress.Loopback, 0), logging => logging.ClearProviders());
        await service.StartAsync();
        address = new(service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        credentials.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task InvitedSite_getsACertificateForAKeyThatNeverLeft()
    {
        var site = await EnrolAsync(North);
        using var own = site.Open(time);
        Assert.Equal(North, own.Party);
        var all = string.Concat(Directory.EnumerateFiles(authority.Path, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith("root.key", StringComparison.Ordinal)).Select(File.ReadAllText));
        Assert.DoesNotContain("PRIVATE KEY", all, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(site.KeyPath));
        Assert.Equal(2, AuditLog.Verify(authority.AuditLogPath).Lines);
    }

    [Fact]
    public void Token_isStoredAsAHashOnly()
    {
        var invite = Invite(North);
        Assert.All(Directory.EnumerateFiles(authority.Path, "*", SearchOption.AllDirectories), path => Assert.DoesNotContain(invite.Token, File.ReadAllText(path), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Invite_isGoodOnce_andForTheSameKeyAgain()
    {
        var invite = Invite(North);
        var first = await Client("north").EnrolAsync(invite, default);
        Assert.Contains("used with another key", await RefusalAsync(() => Client("thief").EnrolAsync(invite, default)), StringComparison.Ordinal);

        File.Delete(Path.Combine(folder["north"], "party.json")); // as if the answer had been lost
        Assert.Equal(first, await Client("north").EnrolAsync(invite, default));
    }

    [Fact]
    public async Task Invite_expiresAfterAnHour()
    {
        var invite = Invite(North);
        time.Advance(TimeSpan.FromMinutes(61));
        Assert.Contains("expired", await RefusalAsync(() => Client("north").EnrolAsync(invite, default)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invite_isBurntAfterFiveWrongTries()
    {
        var invite = Invite(North);
        for (var i = 0; i < 5; i++)
            Assert.Contains("wrong", await RefusalAsync(() => Client("north").EnrolAsync(invite with { Token = new('0', 64) }, default)), StringComparison.Ordinal);
        Assert.Contains("no open invite", await RefusalAsync(() => Client("north").EnrolAsync(invite, default)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authority_ofAnotherRoot_neverSeesTheToken()
    {
        var invite = Invite(North) with { Root = new('a', 64) };
        Assert.Contains("the token was not sent", await RefusalAsync(() => Client("north").EnrolAsync(invite, default)), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder["north"], "key.pem")));
    }

    [Fact]
    public async Task InvitingOneSiteAgain_touchesNoOthersCertificate()
    {
        var south = await EnrolAsync(South);
        using var before = south.Open(time);
        await EnrolAsync(North);
        new Registrar(authority).Revoke(North);
        await Client("north-again").EnrolAsync(Invite(North), default);
        Assert.Equal("site/south", (await RenewedAsync(south)).Party.ToString());
        Assert.Single((await new EnrolmentClient(Point(south), time).RevokedAsync(before, default)).Split("site/north")[1..]);
    }

    [Fact]
    public async Task RevokedSite_cannotRenew()
    {
        var north = await EnrolAsync(North);
        Assert.Equal(1, new Registrar(authority).Revoke(North));
        Assert.Contains("revoked", await RefusalAsync(() => RenewedAsync(north)), StringComparison.Ordinal);
    }

    /// <summary>From the office's command to the cut: the server that runs fetches the list by itself.</summary>
    [Fact]
    public async Task RevokedSite_isCutByARunningServerWithin5SecondsOfTheRevocation()
    {
        var folders = (Server: Point(await EnrolAsync(new(PartyRole.AggregationServer, "agg"))), Site: await EnrolAsync(North));
        using var server = folders.Server.Open(time);
        using var north = folders.Site.Open(time);
        using var renewal = new CertificateRenewal(server, new(folders.Server, time), NullLogger<CertificateRenewal>.Instance);
        await renewal.StartAsync(default);
        await using var host = await TrustHost.StartAsync(server);
        using var client = new HttpClient(north.NewHandler(PartyRole.AggregationServer)) { BaseAddress = host.Address, DefaultRequestVersion = HttpVersion.Version20 };
        await using var stream = await client.GetStreamAsync("/stream");
        Assert.Equal(4, await stream.ReadAtLeastAsync(new byte[4], 4));

        new Registrar(authority).Revoke(North);
        time.Advance(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAnyAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[1]));
        await renewal.StopAsync(default);
    }

    /// <summary>All that the office's service has: nothing in it has a place for anything of a study.</summary>
    [Fact]
    public void Authority_isAskedForCertificatesAndRevocationsAlone()
    {
        var addresses = ((IEndpointRouteBuilder)service).DataSources.SelectMany(source => source.Endpoints).Cast<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText);
        Assert.Equal(["/enrol", "/renew", "/revoked", "/root"], addresses.Order(StringComparer.Ordinal));
        var invite = Invite(North);
        var asked = new EnrolmentRequest(invite.Party, invite.Token, "");
        Assert.Equal(["Party", "Request", "Token"], typeof(EnrolmentRequest).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["Request"], typeof(RenewalRequest).GetProperties().Select(p => p.Name));
        Assert.Throws<RosflException>(() => StrictJson.Read<EnrolmentRequest>(StrictJson.Text(new { asked.Party, asked.Token, asked.Request, Scores = 0.9 }), "The request"));
        Assert.Equal(asked, StrictJson.Read<EnrolmentRequest>(StrictJson.Text(asked), "The request"));
    }

    [Fact]
    public async Task Renewal_keepsTheKeyAndMovesTheDates()
    {
        var north = await EnrolAsync(North);
        using var before = north.Open(time);
        time.AdjustTime(time.GetUtcNow() + CertificateAuthority.PartyLifetime * 0.7);
        using var after = await RenewedAsync(north);
        Assert.Equal(before.Key, after.Key);
        Assert.True(after.Certificate.NotAfter > before.Certificate.NotAfter.AddDays(50));
    }

    [Fact]
    public async Task RunningParty_renewsByItselfAtTwoThirds()
    {
        var north = Point(await EnrolAsync(North));
        using var own = north.Open(time);
        var first = own.Certificate.SerialNumber;
        using var renewal = new CertificateRenewal(own, new(north, time), NullLogger<CertificateRenewal>.Instance);
        time.AdjustTime(CertificateRenewal.Due(own.Certificate) + TimeSpan.FromMinutes(1));
        var looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        own.Renewed += looked.SetResult;
        await renewal.StartAsync(default);
        await looked.Task;
        Assert.NotEqual(first, own.Certificate.SerialNumber);
        await renewal.StopAsync(default);
    }

    [Fact]
    public void PathTricksInNames_reachNoFile()
    {
        Assert.Throws<RosflException>(() => new Registrar(authority).Enrol(new("site/../../root", "x", "x")));
        Assert.Throws<RosflException>(() => new Registrar(authority).Enrol(new("site/north/../../x", "x", "x")));
    }

    [Fact]
    public async Task KeyThatOthersCanRead_isNotUsed()
    {
        var north = await EnrolAsync(North);
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(north.KeyPath, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<RosflException>(() => north.Open(time)).Message, StringComparison.Ordinal);
    }

    private Invite Invite(Party party) => new Registrar(authority).Invite(party, []) with { Authority = address.ToString() };

    private EnrolmentClient Client(string name) => new(new PartyFolder(folder[name]), time);

    private async Task<PartyFolder> EnrolAsync(Party party)
    {
        var site = new PartyFolder(folder[party.Name]);
        await new EnrolmentClient(site, time).EnrolAsync(Invite(party), default);
        return site;
    }

    private async Task<PartyCredentials> RenewedAsync(PartyFolder site)
    {
        var own = Point(site).Open(time);
        await new EnrolmentClient(site, time).RenewAsync(own, default);
        return site.Open(time);
    }

    /// <summary>The service's port is free to choose in tests.</summary>
    private PartyFolder Point(PartyFolder site)
    {
        File.WriteAllText(Path.Combine(site.Path, "party.json"), StrictJson.Text(site.Card with { Authority = address.ToString() }));
        return site;
    }

    private static async Task<string> RefusalAsync(Func<Task> action) => (await Assert.ThrowsAsync<RosflException>(action)).Message;
}
