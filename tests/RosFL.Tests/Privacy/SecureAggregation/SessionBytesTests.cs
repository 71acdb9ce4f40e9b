using RosFL.Privacy.SecureAggregation;

namespace RosFL.Tests.Privacy.SecureAggregation;

public sealed class SessionBytesTests
{
    /// <summary>Certificates of this rig are shorter than an authority's; shares and signatures, which grow with the square of the sites, outweigh them.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(16)]
    public void Of_areThoseThatASessionMeters(int sites)
    {
        using var rig = new SessionRig(sites, Adversary.Malicious);
        using var signed = SignedRounds.Open(":memory:");
        using var server = Identity.SelfSigned("aggregation server", TimeProvider.System);
        var identities = SessionRig.Identities(sites);
        var roster = rig.Roster with { ServerCertificate = server.Certificate };
        var session = new LocalSession(server, identities, signed, TimeProvider.System);
        session.Run(roster, TermsOf(roster, identities, server), _ => SessionRig.Input(1), (_, opened) => opened);

        var (planned, shorter) = (SessionBytes.Of(sites), (sites + 1L) * SessionBytes.Certificate - server.Certificate.Length - identities.Sum(i => (long)i.Certificate.Length));
        Assert.All(roster.Sites, site => Assert.Equal((planned.Up, planned.Down - shorter + roster.Study.Length), (session.Meter.Of(site.Id).Up, session.Meter.Of(site.Id).Down)));
    }

    private static SessionTerms TermsOf(Roster roster, IReadOnlyList<Identity> identities, Identity server) => new()
    {
        Study = roster.Study,
        ManifestHash = roster.ManifestHash,
        Round = roster.Round,
        GlobalHash = roster.GlobalHash,
        Threshold = roster.Threshold,
        VectorLength = roster.VectorLength,
        Approved = identities.Select(i => i.KeyHash).ToHashSet(),
        Server = server.KeyHash,
    };
}
