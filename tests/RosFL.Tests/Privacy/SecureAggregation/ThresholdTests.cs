using RosFL.Privacy.SecureAggregation;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>How many shares give a secret away, where the server begins a round with some of the study's sites.</summary>
public sealed class ThresholdTests
{
    [Theory]
    [InlineData(100, Adversary.Malicious, 0, 67, 67)]
    [InlineData(100, Adversary.Malicious, 80, 90, 80)]
    [InlineData(100, Adversary.Malicious, 100, 100, 100)]
    [InlineData(100, Adversary.Curious, 0, 51, 51)]
    [InlineData(4, Adversary.Curious, 0, 3, 3)]
    public void Session_ofSomeOfTheSites_asksForAsManyAsTheWholeStudy(int sites, Adversary adversary, int policy, int present, int quorum) =>
        Assert.Equal(quorum, new Threshold(sites, adversary, policy).Among(present).Check().Quorum);

    /// <summary>
    /// Nine sites and a server that leaves some of them out: floor(2*7/3)+1 = 5 shares of the remaining seven must not be enough, nor six.
    /// The sites' real shares, as they were revealed.
    /// </summary>
    [Theory]
    [InlineData(9, 7, 0, 7)]
    [InlineData(9, 8, 0, 7)]
    [InlineData(9, 8, 8, 8)]
    [InlineData(5, 4, 3, 4)]
    public void Coalition_ofOneSiteBelowTheQuorum_rebuildsNoSelfSeed(int sites, int present, int policy, int quorum)
    {
        using var rig = new SessionRig(present, new Threshold(sites, Adversary.Malicious, policy));
        var (keys, revealed) = Recorded(rig);
        foreach (var of in rig.Sites.Keys)
        {
            var shares = revealed[of];
            Assert.Equal(present, shares.Count);
            Assert.Equal(keys[of].Commitment, KeysMessage.Commit(Shamir.Combine(shares[^quorum..], DealtShares.SecretLength)!, rig.Roster.SessionId()));
            AssertNothingFromFewer(shares, quorum);
        }
    }

    [Fact]
    public void Coalition_ofOneSiteBelowTheQuorum_rebuildsNoMaskKey()
    {
        const uint dropped = 2;
        const int quorum = 7;
        using var rig = new SessionRig(8, new Threshold(9, Adversary.Malicious)) { IsGone = (site, kind) => site == dropped && kind >= MessageKind.Masked };
        var (keys, revealed) = Recorded(rig);
        using var pair = KeyPair.Of(Shamir.Combine(revealed[dropped][..quorum], DealtShares.SecretLength)!);
        Assert.Equal(keys[dropped].Mask, pair.Public);
        AssertNothingFromFewer(revealed[dropped], quorum);
    }

    /// <summary>A quorum's shares of a secret say the same whosever they are; those of any smaller number say something else.</summary>
    private static void AssertNothingFromFewer(List<(uint Id, byte[] Share)> shares, int quorum)
    {
        var secret = Shamir.Combine(shares[..quorum], DealtShares.SecretLength);
        Assert.Equal(secret, Shamir.Combine(shares[^quorum..], DealtShares.SecretLength));
        for (var fewer = 1; fewer < quorum; fewer++) Assert.NotEqual(secret, Shamir.Combine(shares[..fewer], DealtShares.SecretLength));
    }

    /// <summary>Runs the session; gives what each site announced, and the shares of each site's secret by who revealed them.</summary>
    private static (Dictionary<uint, KeysMessage> Keys, Dictionary<uint, List<(uint Id, byte[] Share)>> Revealed) Recorded(SessionRig rig)
    {
        var (keys, revealed) = (new Dictionary<uint, KeysMessage>(), rig.Sites.Keys.ToDictionary(s => s, _ => new List<(uint Id, byte[] Share)>()));
        rig.Post = message =>
        {
            if (message.Kind == MessageKind.Keys) keys[message.From] = KeysMessage.FromBytes(message.Payload);
            if (message.Kind == MessageKind.Unmask)
                foreach (var share in UnmaskMessage.FromBytes(message.Payload).Shares) revealed[share.Of].Add((message.From, share.Share));
            return [message];
        };
        rig.Run().AssertSumOrNothing();
        Assert.Null(rig.Failure);
        return (keys, revealed);
    }
}
