using RosFL.Privacy.SecureAggregation;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>A site that lies with a signature of its own, to the server or, with the server's help, to another site.</summary>
public sealed class WrongSiteTests
{
    /// <summary>Not on P-256: y squared is not x cubed - 3x + b.</summary>
    private static readonly byte[] OffCurve = [.. Enumerable.Repeat((byte)1, KeyPair.PointLength)];

    /// <summary>Two processes of one site announce keys: each goes on only with its own.</summary>
    [Fact]
    public void Keys_ofTheSiteItselfThatDiffer_areRefused()
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        using var other = KeyPair.Create();
        AssertRefusedAtSite1(rig, MessageKind.KeyList, 1, keys => (KeysMessage.FromBytes(keys) with { Mask = other.Public }).ToBytes(), "does not hold the keys that this site sent");
    }

    [Theory]
    [InlineData("mask")]
    [InlineData("channel")]
    [InlineData("one's own")]
    public void Keys_withAPointThatOccursTwice_areRefused(string which)
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        KeysMessage? first = null;
        rig.Post = message =>
        {
            if (message.Kind == MessageKind.Keys && message.From == 2) first = KeysMessage.FromBytes(message.Payload);
            return [message];
        };
        AssertRefusedAtSite1(rig, MessageKind.KeyList, 3, keys => (which switch
        {
            "mask" => KeysMessage.FromBytes(keys) with { Mask = first!.Mask },
            "channel" => KeysMessage.FromBytes(keys) with { Channel = first!.Channel },
            _ => KeysMessage.FromBytes(keys) with { Mask = KeysMessage.FromBytes(keys).Channel },
        }).ToBytes(), "(3) occurs twice: each site makes its own");
    }

    [Fact]
    public void Keys_withAPointOffTheCurve_areRefusedByASite()
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        AssertRefusedAtSite1(rig, MessageKind.KeyList, 2, keys => (KeysMessage.FromBytes(keys) with { Channel = OffCurve }).ToBytes(), "is no point of the curve P-256");
    }

    [Fact]
    public void Keys_withAPointOffTheCurve_areRefusedByTheServer()
    {
        using var rig = new SessionRig(4, Adversary.Curious);
        rig.Post = message => Forged(rig, message, MessageKind.Keys, 2, keys => (KeysMessage.FromBytes(keys) with { Mask = OffCurve }).ToBytes());
        rig.Run().AssertSumOrNothing();
        Assert.Contains("is no point of the curve P-256", rig.ServerRefused[0], StringComparison.Ordinal);
        Assert.Equal(SessionRig.PlainSum([1, 3, 4]), rig.Opened[1].Sum);
    }

    /// <summary>The server told site 2 of other sharing sites, or site 2 was dealt another part of the group seed: what it signed with its input shows it.</summary>
    [Theory]
    [InlineData("sharers", "were told of different sharing sites")]
    [InlineData("group", "have different group seeds")]
    public void Survivors_withAnotherViewOfTheShares_areRefused(string what, string sentence)
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        AssertRefusedAtSite1(rig, MessageKind.Survivors, 2, masked => (what == "sharers" ? MaskedMessage.FromBytes(masked) with { SharersHash = new byte[32] }
            : MaskedMessage.FromBytes(masked) with { GroupHash = new byte[32] }).ToBytes(), sentence);
        Assert.Empty(rig.Revealed);
    }

    /// <summary>A site deals another site something that it cannot open, what it dealt to a third, or other shares than those whose hashes it signs beside them.</summary>
    [Theory]
    [InlineData("changed", "cannot be decrypted")]
    [InlineData("another's", "cannot be decrypted")]
    [InlineData("mask", "are not those whose hashes it signed")]
    [InlineData("self", "are not those whose hashes it signed")]
    public void Shares_thatAreNotForTheSiteOrNotTheSignedOnes_areRefused(string what, string sentence)
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        ShareMessage? anothers = null;
        rig.Post = message =>
        {
            if (message.Kind == MessageKind.Share && message.From == 2 && message.To == 3) anothers = ShareMessage.FromBytes(message.Payload);
            return [message];
        };
        AssertRefusedAtSite1(rig, MessageKind.ShareBox, 2, dealt =>
        {
            var share = ShareMessage.FromBytes(dealt);
            return (what switch
            {
                "changed" => share with { Ciphertext = [.. share.Ciphertext[..^1], (byte)(share.Ciphertext[^1] ^ 1)] },
                "another's" => share with { Ciphertext = anothers!.Ciphertext },
                "mask" => share with { MaskShareHash = share.SelfShareHash },
                _ => share with { SelfShareHash = share.MaskShareHash },
            }).ToBytes();
        }, sentence);
        Assert.DoesNotContain(1u, rig.Masked.Keys);
    }

    [Fact]
    public void MaskedVector_longerThanTheSessions_isLeftOutOfTheSum()
    {
        using var rig = new SessionRig(4, Adversary.Curious) { BreaksOffAt = site => site == 2 ? SessionRig.VectorLength + 2 : null, ChangeVector = (site, vector) => site == 2 ? [.. vector, 7, 7] : vector };
        rig.Run().AssertSumOrNothing();
        Assert.Matches(@"^The masked vector of site 'site-\d' \(2\) is longer than 6 numbers", Assert.Single(rig.ServerRefused));
        Assert.Equal(SessionRig.PlainSum([1, 3, 4]), rig.Opened[1].Sum);
    }

    /// <summary>The shares fit each other and their hashes, but not what their dealer announced: found when the secret is rebuilt, before a mask is taken off.</summary>
    [Theory]
    [InlineData("another self seed")]
    [InlineData("another mask key")]
    public void Shares_ofASecretThatWasNotAnnounced_failTheRoundAndNameTheirDealer(string secret)
    {
        var isSelf = secret.EndsWith("seed", StringComparison.Ordinal);
        using var rig = new SessionRig(5, Adversary.Curious) { IsGone = (site, kind) => site == 2 && !isSelf && kind >= MessageKind.Masked };
        using var other = KeyPair.Create();
        Envelope? honest = null;
        rig.Post = message =>
        {
            if (message.Kind == MessageKind.Keys && message.From == 2) honest = message;
            // the liar itself goes on as if it had announced what it dealt
            if (message.Kind == MessageKind.KeyList && message.To == 2) return [InBundle(rig, message, 2, _ => honest!.Payload)];
            return Forged(rig, message, MessageKind.Keys, 2, keys => (isSelf ? KeysMessage.FromBytes(keys) with { Commitment = new byte[32] } : KeysMessage.FromBytes(keys) with { Mask = other.Public }).ToBytes());
        };
        rig.Run().AssertSumOrNothing();
        Assert.Matches($@"^The shares that site 'site-\d' \(2\) dealt give {secret} than it announced", rig.Failure);
        Assert.Equal(ServerPhase.Failed, rig.Server.Phase);
        Assert.Null(rig.Server.BlindedSum);
    }

    [Fact]
    public void Unmask_withTwoSharesOfOneSite_isRefused()
    {
        using var rig = new SessionRig(5, Adversary.Curious);
        rig.Post = message => Forged(rig, message, MessageKind.Unmask, 3, revealed =>
        {
            var shares = UnmaskMessage.FromBytes(revealed).Shares;
            return new UnmaskMessage([shares[1], .. shares.Skip(1)]).ToBytes();
        });
        rig.Run().AssertSumOrNothing();
        Assert.Contains("one share of each of the 5 sites", Assert.Single(rig.ServerRefused), StringComparison.Ordinal);
        Assert.Equal(SessionRig.PlainSum([1, 2, 3, 4, 5]), rig.Opened[1].Sum);
    }

    /// <summary>A message of one site as that site signs it, with another content.</summary>
    private static Envelope[] Forged(SessionRig rig, Envelope message, MessageKind kind, uint from, Func<byte[], byte[]> content) =>
        [message.Kind == kind && message.From == from ? rig.SignAs(from, message with { Payload = content(message.Payload) }) : message];

    /// <summary>The server's message with another content of one site in it, both signed.</summary>
    private static Envelope InBundle(SessionRig rig, Envelope message, uint from, Func<byte[], byte[]> content) =>
        rig.Sign(message with { Payload = Bundle.Of([.. Bundle.Read(message.Payload).Select(m => Forged(rig, m, m.Kind, from, content)[0])]) });

    /// <summary>Site 1 alone is shown another content, says so and stops; nothing is opened.</summary>
    private static void AssertRefusedAtSite1(SessionRig rig, MessageKind kind, uint from, Func<byte[], byte[]> content, string sentence)
    {
        var before = rig.Post;
        rig.Post = message => before(message).Select(m => m.Kind == kind && m.To == 1 ? InBundle(rig, m, from, content) : m);
        rig.Run().AssertSumOrNothing();
        Assert.Contains(sentence, Assert.Single(rig.Refused).Value, StringComparison.Ordinal);
        Assert.True(rig.Refused.ContainsKey(1));
        Assert.NotNull(rig.Failure);
    }
}
