using Microsoft.Extensions.Time.Testing;
using RosFL.Grpc.Trust;
using RosFL.Runs;
using RosFL.Tests.Runs;

namespace RosFL.Tests.Grpc.Trust;

/// <summary>A party's revocation file is read again and again, and only ever moves forward.</summary>
public sealed class RevocationsTests : IDisposable
{
    private readonly FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
    private readonly TemporaryFolder folder = new();
    private readonly ThrowAwayTrust trust;
    private readonly PartyFolder server;
    private readonly PartyCredentials own, north;

    public RevocationsTests()
    {
        trust = new(time);
        server = trust.Write(folder["merge"], new(PartyRole.AggregationServer, "merge"));
        own = server.Open(time);
        north = trust.New(new(PartyRole.Site, "north"));
    }

    public void Dispose()
    {
        own.Dispose();
        north.Dispose();
        trust.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void File_thatRevokesASite_isInForceWithinItsPeriod()
    {
        Assert.Equal(north.Party, own.Check(north.Certificate, "a site"));
        File.WriteAllText(server.RevokedPath, trust.Revoke(north.Party, north.Key));
        time.Advance(Revocations.Period);
        Assert.Contains("was revoked", Assert.Throws<RosflException>(() => own.Check(north.Certificate, "a site")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_thatIsDamagedOrOlder_changesNothing()
    {
        var first = File.ReadAllText(server.RevokedPath);
        var second = trust.Revoke(north.Party, north.Key);
        using var elsewhere = new ThrowAwayTrust(time);
        foreach (var text in new[] { second, first, "", "{}", second[..40], second.Replace(north.Key, new string('0', 64), StringComparison.Ordinal), elsewhere.Revoke(north.Party, own.Key) })
        {
            File.WriteAllText(server.RevokedPath, text);
            time.Advance(Revocations.Period);
            Assert.NotNull(own.Revocations.Find(north.Certificate));
            Assert.Null(own.Revocations.Find(own.Certificate));
        }

        File.Delete(server.RevokedPath);
        time.Advance(Revocations.Period);
        Assert.NotNull(own.Revocations.Find(north.Certificate));
    }

    [Fact]
    public void Party_withoutAList_doesNotStart()
    {
        File.Delete(server.RevokedPath);
        Assert.Contains("revoked.json", Assert.Throws<RosflException>(() => server.Open(time)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ListFromTheNetwork_replacesTheFile()
    {
        own.Revocations.Take(trust.Revoke(north.Party, north.Key), "authority");
        using var restarted = server.Open(time);
        Assert.NotNull(restarted.Revocations.Find(north.Certificate));
    }
}
