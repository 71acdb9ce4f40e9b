using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>The state that the server keeps and cannot read.</summary>
public sealed class SealedStateTests
{
    private static readonly byte[] State = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
    private readonly IReadOnlyList<Identity> sites = SessionRig.Identities(4);
    private readonly Identity stranger = Identity.SelfSigned("stranger", TimeProvider.System);

    private HashSet<string> Approved => [.. sites.Select(s => s.KeyHash)];

    [Fact]
    public void State_sealedByOneSite_isReadByEveryRosteredSite()
    {
        var state = SealedState.FromBytes(Seal(sites[1]).ToBytes());
        Assert.All(sites, site => Assert.Equal(State, state.Open(site, Approved, "vessels", 7)));
        Assert.Equal(-1, state.ToBytes().AsSpan().IndexOf(State.AsSpan(0, 16)));
    }

    [Fact]
    public void State_openedByAStranger_isRefused() => AssertRefused("not encrypted to this site", () => Seal(sites[0]).Open(stranger, Approved, "vessels", 7));

    [Fact]
    public void State_writtenByAStranger_isRefused() => AssertRefused("has not approved", () => Seal(stranger).Open(sites[0], Approved, "vessels", 7));

    [Fact]
    public void State_ofAnotherRoundOrStudy_isRefused()
    {
        AssertRefused("is not the one", () => Seal(sites[0]).Open(sites[1], Approved, "vessels", 8));
        AssertRefused("is not the one", () => Seal(sites[0]).Open(sites[1], Approved, "livers", 7));
    }

    [Fact]
    public void State_changedAnywhere_isRefused()
    {
        var bytes = Seal(sites[0]).ToBytes();
        for (var at = 3; at < bytes.Length; at += 97)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 1;
            Assert.Throws<RosflException>(() => SealedState.FromBytes(changed).Open(sites[1], Approved, "vessels", 7));
        }
    }

    /// <summary>A renewed certificate is the same site's: its keys stay.</summary>
    [Fact]
    public void State_isReadUnderARenewedCertificate()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        byte[] CertificateOf(string name) => new System.Security.Cryptography.X509Certificates.CertificateRequest($"CN={name}", key, System.Security.Cryptography.HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100)).RawData;
        using var storage = KeyPair.Create();
        var (before, after) = (new Identity(key, CertificateOf("site"), storage), new Identity(key, CertificateOf("site"), storage));
        Assert.NotEqual(before.Fingerprint, after.Fingerprint);
        var state = SealedState.Seal(sites[0], State, [before.Reader], "vessels", 7);
        Assert.Equal(State, state.Open(after, Approved, "vessels", 7));
    }

    private SealedState Seal(Identity writer) =>
        SealedState.Seal(writer, State, [.. sites.Select(s => s.Reader)], "vessels", 7);

    private static void AssertRefused(string sentence, Action action) =>
        Assert.Contains(sentence, Assert.Throws<RosflException>(action).Message, StringComparison.Ordinal);
}
