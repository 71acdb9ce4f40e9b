using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RosFL.Privacy.SecureAggregation;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>A server that lies: sites notice, say who or what, and nothing is opened.</summary>
public sealed class MaliciousServerTests
{
    private static readonly Identity Stranger = Identity.SelfSigned("stranger", TimeProvider.System);

    [Fact]
    public void Site_thatTheServerMadeUp_isRefusedByEverySite()
    {
        var change = (Roster roster) => roster with
        {
            Threshold = roster.Threshold with { Sites = 5 },
            Sites = Roster.Numbered(roster.Sites.Select(s => s.Certificate).Append(Stranger.Certificate)),
        };
        using var rig = new SessionRig(4, Adversary.Malicious, change: change);
        rig.Post = message => rig.Sites.ContainsKey(message.To) || message.To == Envelope.Server ? [message] : [];
        AssertRefusedByAll(rig, "has not approved");
    }

    /// <summary>Five sites, of whom the server leaves one out: the four are not enough for the study, or must not share among fewer than it does.</summary>
    [Theory]
    [InlineData(0, "threshold is 3 of 4, the manifest's 4 of 4")]
    [InlineData(5, "least number of sites is 5, but there are 4")]
    public void Roster_withASiteMissing_isRefusedForItsThreshold(int policy, string sentence)
    {
        using var rig = new SessionRig(5, new Threshold(5, Adversary.Malicious, policy),
            change: roster => roster with { Threshold = new Threshold(4, Adversary.Malicious), Sites = [.. roster.Sites.Take(4)] });
        rig.Run().AssertSumOrNothing();
        Assert.NotNull(rig.Failure);
        Assert.Equal([1, 2, 3, 4], rig.Refused.Keys.Order().Select(id => (int)id));
        Assert.All(rig.Refused.Values, refusal => Assert.Contains(sentence, refusal, StringComparison.Ordinal));
    }

    /// <summary>With two sites the sum shows each the other's part.</summary>
    [Fact]
    public void Roster_ofTwoSites_isRefused()
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        rig.Post = message => message.Kind == MessageKind.Roster
            ? [Resigned(rig, message with { Payload = (rig.Roster with { Threshold = new Threshold(2, Adversary.Malicious), Sites = [.. rig.Roster.Sites.Take(2)] }).ToBytes() })]
            : [message];
        AssertRefusedByAll(rig, "has 2 sites; it needs 3");
    }

    [Fact]
    public void Roster_thatDoesNotNameTheSite_isRefusedByIt()
    {
        using var rig = new SessionRig(4, Adversary.Malicious);
        rig.Post = message => message.Kind == MessageKind.Roster && message.To == 4
            ? [Resigned(rig, message with { Payload = (rig.Roster with { Threshold = rig.Roster.Threshold.Among(3), Sites = [.. rig.Roster.Sites.Take(3)] }).ToBytes() })]
            : [message];
        AssertRefusedAlone(rig, 4, "The roster does not name this site");
    }

    /// <summary>A site whose certificate was renewed stands in a roster once: twice, it would count for two of the quorum.</summary>
    [Fact]
    public void Roster_withTwoCertificatesOfOneKey_isRefused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificates = new[] { 1, 2 }.Select(year => new CertificateRequest("CN=renewed", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100 + year)).RawData);
        using var rig = new SessionRig(3, Adversary.Malicious, terms: terms => terms with { Approved = new HashSet<string>([.. terms.Approved, KeyHashOf(key)]) }, change: roster => roster with
        {
            Threshold = roster.Threshold with { Sites = 5 },
            Sites = Roster.Numbered(roster.Sites.Select(s => s.Certificate).Concat(certificates)),
        });
        rig.Post = message => rig.Sites.ContainsKey(message.To) || message.To == Envelope.Server ? [message] : [];
        AssertRefusedByAll(rig, "The roster names site 'renewed' with two certificates of one key");
    }

    [Fact]
    public void Roster_ofACuriousServersThreshold_isRefused()
    {
        using var rig = new SessionRig(4, Adversary.Malicious, change: roster => roster with { Threshold = new Threshold(4, Adversary.Curious) });
        AssertRefusedByAll(rig, "threshold");
    }

    public static TheoryData<string, string> OtherRosters => new()
    {
        { "study", "is for study" }, { "manifest", "manifest has hash" }, { "round", "is for round" }, { "global", "global weights have hash" },
        { "length", "asks for vectors" }, { "order", "out of order" }, { "time", "no time" },
    };

    [Theory]
    [MemberData(nameof(OtherRosters))]
    public void Roster_ofSomethingElse_isRefusedInOneSentence(string what, string sentence)
    {
        using var rig = new SessionRig(3, Adversary.Malicious, change: roster => what switch
        {
            "study" => roster with { Study = "livers" },
            "manifest" => roster with { ManifestHash = new byte[32] },
            "round" => roster with { Round = 8 },
            "global" => roster with { GlobalHash = new byte[32] },
            "length" => roster with { VectorLength = 7 },
            "order" => roster with { Sites = [roster.Sites[1], roster.Sites[0], roster.Sites[2]] },
            _ => roster with { PhaseTime = TimeSpan.Zero },
        });
        AssertRefusedByAll(rig, sentence);
    }

    [Fact]
    public void Roster_ofAnotherServer_isRefused()
    {
        using var rig = new SessionRig(3, Adversary.Malicious, terms: terms => terms with { Server = Stranger.KeyHash });
        AssertRefusedByAll(rig, "comes from another server");
    }

    /// <summary>The server holds two sessions open at once with one site told of others: a second U3 in one session.</summary>
    [Fact]
    public void Survivors_toldDifferentlyToTwoSites_openNothing()
    {
        using var rig = new SessionRig(5, Adversary.Malicious);
        rig.Post = message => message.Kind == MessageKind.Survivors && message.To > 2
            ? [Resigned(rig, message with { Payload = Bundle.Of([.. Bundle.Read(message.Payload).Where(m => m.From != 1)]) })]
            : [message];
        rig.Run().AssertSumOrNothing();
        Assert.NotNull(rig.Failure);
        Assert.All(rig.ServerRefused, refusal => Assert.Contains("signed other survivors", refusal, StringComparison.Ordinal));
        Assert.Empty(rig.Revealed);
    }

    [Fact]
    public void Survivors_aSecondSet_areRefusedAfterTheFirst()
    {
        using var rig = new SessionRig(5, Adversary.Curious);
        rig.Post = message => message.Kind == MessageKind.Survivors && message.To == 3
            ? [message, Resigned(rig, message with { Payload = Bundle.Of([.. Bundle.Read(message.Payload).Where(m => m.From != 1)]) })]
            : [message];
        rig.Run().AssertSumOrNothing();
        Assert.Contains("a second 'Survivors'", rig.Refused[3], StringComparison.Ordinal);
    }

    /// <summary>The server gathers signatures of its liking: a site reveals only with enough under its own set.</summary>
    [Fact]
    public void Agreement_withTooFewSignatures_revealsNothing()
    {
        using var rig = new SessionRig(5, Adversary.Malicious);
        rig.Post = message => message.Kind == MessageKind.Agreement
            ? [Resigned(rig, message with { Payload = Bundle.Of([.. Bundle.Read(message.Payload).Take(3)]) })]
            : [message];
        AssertRefusedByAll(rig, "have signed these survivors; 4 are needed");
        Assert.Empty(rig.Revealed);
    }

    [Fact]
    public void Keys_exchangedByTheServer_areRefused()
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        using var other = KeyPair.Create();
        rig.Post = message => message.Kind == MessageKind.KeyList ? [Resigned(rig, message with { Payload = Bundle.Of(Changed(message, other)) })] : [message];
        AssertRefusedByAll(rig, "is wrong");
    }

    [Fact]
    public void Keys_withoutTheSitesOwn_areRefused()
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        rig.Post = message => message.Kind == MessageKind.KeyList
            ? [Resigned(rig, message with { Payload = Bundle.Of([.. Bundle.Read(message.Payload).Where(m => m.From != message.To)]) })]
            : [message];
        AssertRefusedByAll(rig, "have announced keys; 3 are needed");
    }

    [Fact]
    public void Keys_ofOneSiteTwice_areRefused()
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        rig.Post = message => message.Kind == MessageKind.KeyList
            ? [Resigned(rig, message with { Payload = Bundle.Of([.. Bundle.Read(message.Payload), Bundle.Read(message.Payload)[0]]) })]
            : [message];
        AssertRefusedByAll(rig, "came where each site sends one");
    }

    [Fact]
    public void Shares_swappedBetweenTwoSites_areRefused()
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        Envelope? forOne = null;
        rig.Post = message =>
        {
            if (message.Kind != MessageKind.ShareBox) return [message];
            forOne ??= message;
            return [Resigned(rig, message with { Payload = message.To == forOne.To ? Bundle.Of([]) : forOne.Payload })];
        };
        rig.Run().AssertSumOrNothing();
        Assert.Contains("came where one of kind 'Share' to 2 belongs", rig.Refused[2], StringComparison.Ordinal);
        Assert.NotNull(rig.Failure);
    }

    [Fact]
    public void Shares_withoutTheSitesOwn_areRefused()
    {
        using var rig = new SessionRig(4, Adversary.Curious);
        rig.Post = message => message.Kind == MessageKind.ShareBox && message.To == 1 ? [Without(rig, message, 1)] : [message];
        AssertRefusedAlone(rig, 1, "The server's shares lack this site's own");
    }

    /// <summary>Site 1 is told of three sites' keys and given the shares of four.</summary>
    [Fact]
    public void Shares_ofASiteWithoutKeys_areRefused()
    {
        using var rig = new SessionRig(4, Adversary.Curious);
        var forOne = new List<Envelope>();
        rig.Post = message =>
        {
            if (message.Kind == MessageKind.Share && message.To == 1) forOne.Add(message);
            return message.Kind == MessageKind.KeyList && message.To == 1 ? [Without(rig, message, 4)]
                : message.Kind == MessageKind.ShareBox && message.To == 2 ? [message, Resigned(rig, message with { To = 1, Payload = Bundle.Of(forOne) })]
                : [message];
        };
        AssertRefusedAlone(rig, 1, "(4), which has announced no keys");
    }

    /// <summary>Site 2 is given no shares of site 1, and then told that site 1 survived.</summary>
    [Fact]
    public void Survivors_withASiteThatDealtNoShares_areRefused()
    {
        using var rig = new SessionRig(4, Adversary.Curious);
        rig.Post = message => message.Kind == MessageKind.ShareBox && message.To == 2 ? [Without(rig, message, 1)]
            : message.Kind == MessageKind.Survivors && message.To == 1
                ? [message, Resigned(rig, message with { To = 2, Payload = Bundle.Of([.. Bundle.Read(message.Payload), rig.Masked[2].Header]) })]
            : [message];
        AssertRefusedAlone(rig, 2, "(1), which has dealt no shares");
    }

    /// <summary>Even with the envelope of the right receiver, a ciphertext made for another cannot be opened: it is bound to session, sender and receiver.</summary>
    [Fact]
    public void Ciphertext_underAnotherContext_isNotOpened()
    {
        var key = SHA256.HashData("key"u8);
        var sealedText = SealedText.Seal(key, "shares"u8, "1>2"u8);
        Assert.Equal("shares"u8.ToArray(), SealedText.Open(key, sealedText, "1>2"u8));
        Assert.Null(SealedText.Open(key, sealedText, "1>3"u8));
        Assert.Null(SealedText.Open(key, sealedText.AsSpan(1), "1>2"u8));
        Assert.Null(SealedText.Open(key, [1, 2, 3], "1>2"u8));
    }

    [Fact]
    public void Shares_toldDifferentlyToTwoSites_stopTheRound()
    {
        using var rig = new SessionRig(4, Adversary.Curious);
        rig.Post = message => message.Kind == MessageKind.ShareBox && message.To == 2
            ? [Resigned(rig, message with { Payload = Bundle.Of([.. Bundle.Read(message.Payload).Where(m => m.From != 1)]) })]
            : [message];
        rig.Run().AssertSumOrNothing();
        Assert.Contains(rig.ServerRefused, r => r.Contains("masked for other sites", StringComparison.Ordinal));
        Assert.Equal([1, 3, 4], rig.Opened.Keys.Order().Select(id => (int)id));
    }

    [Theory]
    [InlineData("sum")]
    [InlineData("count")]
    [InlineData("transcript")]
    public void Opened_withAnotherSumCountOrTranscript_isRefused(string what)
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        rig.Post = message =>
        {
            if (message.Kind != MessageKind.Opened) return [message];
            var opened = OpenedMessage.FromBytes(message.Payload);
            opened = what switch { "sum" => opened with { SumHash = new byte[32] }, "count" => opened with { Survivors = 2 }, _ => opened with { TranscriptHash = new byte[32] } };
            return [Resigned(rig, message with { Payload = opened.ToBytes() })];
        };
        rig.Run();
        Assert.Equal(3, rig.Refused.Count);
        Assert.Empty(rig.Opened);
    }

    /// <summary>One site alone is lied to, says so and stops; the others open their sum.</summary>
    private static void AssertRefusedAlone(SessionRig rig, uint site, string sentence)
    {
        rig.Run().AssertSumOrNothing();
        Assert.Equal(site, Assert.Single(rig.Refused).Key);
        Assert.Contains(sentence, rig.Refused[site], StringComparison.Ordinal);
        Assert.Equal(rig.Sites.Keys.Where(id => id != site), rig.Opened.Keys.Order());
        Assert.Equal(SessionRig.PlainSum(rig.Opened.Keys), rig.Opened.Values.First().Sum);
    }

    private static void AssertRefusedByAll(SessionRig rig, string sentence)
    {
        rig.Run().AssertSumOrNothing();
        Assert.NotNull(rig.Failure);
        Assert.Empty(rig.Opened);
        Assert.Equal(rig.Sites.Count, rig.Refused.Count);
        Assert.All(rig.Refused.Values, refusal => Assert.Contains(sentence, refusal, StringComparison.Ordinal));
        Assert.All(rig.Refused.Values, refusal => Assert.EndsWith(".", refusal, StringComparison.Ordinal));
    }

    /// <summary>The lying server holds its own key, so what it changed it signs again.</summary>
    private static Envelope Resigned(SessionRig rig, Envelope message) => rig.Sign(message);

    /// <summary>The server's message without what one site sent.</summary>
    private static Envelope Without(SessionRig rig, Envelope message, uint from) => Resigned(rig, message with { Payload = Bundle.Of([.. Bundle.Read(message.Payload).Where(m => m.From != from)]) });

    private static string KeyHashOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    private static List<Envelope> Changed(Envelope message, KeyPair other) => [.. Bundle.Read(message.Payload).Select(m =>
        m.From == message.To ? m : m with { Payload = (KeysMessage.FromBytes(m.Payload) with { Mask = other.Public }).ToBytes() })];
}
