using System.Security.Cryptography;
using RosFL.Grpc.Coordination.Hidden;
using RosFL.Grpc.Trust;
using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Coordination.Hidden;

/// <summary>What a site believes of a session comes from its own copy of the manifest, whatever certificates the server shows.</summary>
public sealed class SiteTrustTests : IDisposable
{
    private const int VectorLength = 5;
    private static readonly string GlobalHash = Convert.ToHexStringLower(SHA256.HashData("global"u8));
    private readonly string root = Directory.CreateTempSubdirectory("rosfl-trust-").FullName;
    private readonly ThrowAwayTrust trust = new(TimeProvider.System);
    private readonly List<IDisposable> open = [];
    private readonly SignedRounds signed = SignedRounds.Open(":memory:");
    private readonly PartyFolder server;
    private readonly PartyFolder[] sites;

    public SiteTrustTests()
    {
        server = trust.Write(Path.Combine(root, "merge"), new(PartyRole.AggregationServer, "merge"));
        sites = [.. new[] { "north", "south", "west", "east" }.Select(name => trust.Write(Path.Combine(root, name), new(PartyRole.Site, name)))];
    }

    [Fact]
    public void Roster_ofTheManifestsSites_isAnsweredWithKeys() => Assert.Equal(MessageKind.Keys, Assert.Single(Answers(ManifestOf(3), sites[..3])).Kind);

    /// <summary>The same root has issued its certificate, which would let a server that has the authority's help into the sum.</summary>
    [Fact]
    public void Roster_withASiteThatAServerMinted_isRefused() => AssertRefused("has not approved", ManifestOf(3), sites);

    /// <summary>A sum of few of the manifest's sites tells more of each than the sites agreed to.</summary>
    [Fact]
    public void Roster_withFewerSitesThanTheManifestsQuorum_isRefused() => AssertRefused("least number of sites is 4", ManifestOf(4), sites[..3]);

    [Fact]
    public void Roster_ofAWeakerThresholdThanTheManifests_isRefused() =>
        AssertRefused("threshold", ManifestOf(4, quorum: 3), sites, roster => roster with { Threshold = new Threshold(4, Adversary.Curious, 3) });

    public void Dispose()
    {
        foreach (var one in open) one.Dispose();
        signed.Dispose();
        trust.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private Manifest ManifestOf(int count, int quorum = 0) => Manifest.Create(new()
    {
        Study = "tiny",
        Run = [],
        BodySeed = new('0', 64),
        Quorum = new() { Sites = quorum },
        Roster = [server.Entry(), .. sites[..count].Select(s => s.Entry())],
    }, new() { Algorithm = new() { Name = "fedavg" }, Privacy = new() { SecureAggregation = SecureAggregationKind.Malicious } });

    private void AssertRefused(string sentence, Manifest manifest, PartyFolder[] present, Func<Roster, Roster>? change = null) =>
        Assert.Contains(sentence, Assert.Throws<RosflException>(() => Answers(manifest, present, change)).Message, StringComparison.Ordinal);

    /// <summary>What the first site answers to a roster of these sites.</summary>
    private IReadOnlyList<Envelope> Answers(Manifest manifest, PartyFolder[] present, Func<Roster, Roster>? change = null)
    {
        var (own, merge) = (IdentityOf(sites[0]), IdentityOf(server));
        var whole = Threshold.Of(manifest);
        var roster = new Roster
        {
            Study = "tiny",
            ManifestHash = Convert.FromHexString(manifest.Hash),
            Round = 0,
            GlobalHash = Convert.FromHexString(GlobalHash),
            Nonce = RandomNumberGenerator.GetBytes(32),
            Threshold = new(present.Length, whole.Adversary, Math.Min(whole.Quorum, present.Length)),
            VectorLength = VectorLength,
            PhaseTime = TimeSpan.FromMinutes(1),
            ServerCertificate = merge.Certificate,
            Sites = Roster.Numbered(present.Select(s => IdentityOf(s).Certificate)),
        };
        if (change is not null) roster = change(roster);
        using var coordinator = new ServerSession(merge, roster, TimeProvider.System);
        using var session = new SiteSession(own, new SiteTrust(own, manifest).TermsOf(0, GlobalHash, VectorLength), signed, TimeProvider.System);
        var mine = roster.Sites.Single(s => s.Certificate.AsSpan().SequenceEqual(own.Certificate)).Id;
        return session.Receive(coordinator.Begin().Single(m => m.To == mine));
    }

    private Identity IdentityOf(PartyFolder folder)
    {
        using var credentials = folder.Open(TimeProvider.System);
        var identity = folder.Identity(credentials);
        open.Add(identity);
        return identity;
    }
}
