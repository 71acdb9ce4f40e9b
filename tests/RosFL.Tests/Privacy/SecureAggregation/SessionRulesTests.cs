using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>What is out of turn, late, twice or wrong, at either end.</summary>
public sealed class SessionRulesTests
{
    [Fact]
    public void Site_masking_beforeItsTurnOrTwice_refuses()
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        Assert.Contains("nothing is masked before", Refused(() => rig.Sites[1].Mask(SessionRig.Input(1))), StringComparison.Ordinal);
        rig.Run();
        Assert.Contains("has masked its vector", Refused(() => rig.Sites[1].Mask(SessionRig.Input(1))), StringComparison.Ordinal);
    }

    [Fact]
    public void Site_afterASilence_refusesWhatComesLate()
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        rig.Post = message =>
        {
            if (message.Kind == MessageKind.Survivors && message.To == 1) rig.Time.Advance(3 * rig.Roster.PhaseTime);
            return [message];
        };
        rig.Run().AssertSumOrNothing();
        Assert.Equal(3, rig.Refused.Count);
        Assert.All(rig.Refused.Values, r => Assert.Contains("beyond the deadline", r, StringComparison.Ordinal));
    }

    [Fact]
    public void Server_afterTheDeadline_refusesAndGoesOnWithoutTheLate()
    {
        using var rig = new SessionRig(4, Adversary.Curious);
        rig.Post = message =>
        {
            if (message.Kind == MessageKind.Masked && message.From == 4) rig.Time.Advance(rig.Roster.PhaseTime);
            return [message];
        };
        rig.Run().AssertSumOrNothing();
        Assert.Contains("came after the deadline of phase 'MaskedInput'", rig.ServerRefused[0], StringComparison.Ordinal);
        Assert.Equal(SessionRig.PlainSum([1, 2, 3]), rig.Opened[1].Sum);
    }

    [Fact]
    public void Server_whileSitesAreAwaited_doesNotCloseAPhase()
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        Assert.Contains("still waits for site 'site-", Refused(() => rig.Server.Close()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MessageKind.Keys)]
    [InlineData(MessageKind.Share)]
    [InlineData(MessageKind.Masked)]
    [InlineData(MessageKind.Consistency)]
    [InlineData(MessageKind.Unmask)]
    public void Server_messageWithAWrongSignature_isRefusedAndItsSenderNamed(MessageKind kind)
    {
        using var rig = new SessionRig(5, Adversary.Curious);
        rig.Post = message => message.Kind == kind && message.From == 2 ? [message with { Signature = new byte[64] }] : [message];
        rig.Run().AssertSumOrNothing();
        Assert.All(rig.ServerRefused, r => Assert.Matches(@"^(The signature of site 'site-\d' \(2\)|A part of a masked vector of site 'site-\d' \(2\))", r));
        Assert.NotEmpty(rig.ServerRefused);
        Assert.Null(rig.Failure);
    }

    [Theory]
    [InlineData(MessageKind.Keys, "a second 'Keys'")]
    [InlineData(MessageKind.Share, "dealt two different shares")]
    [InlineData(MessageKind.Masked, "a second 'Masked'")]
    [InlineData(MessageKind.Consistency, "a second 'Consistency'")]
    [InlineData(MessageKind.Unmask, "a second 'Unmask'")]
    public void Server_secondDifferentMessage_isRefused(MessageKind kind, string sentence)
    {
        using var rig = new SessionRig(3, Adversary.Malicious);
        rig.Post = message => message.Kind == kind && message.From == 1 ? [message, rig.SignAs(1, message with { Payload = [.. message.Payload, 0] })] : [message];
        rig.Run().AssertSumOrNothing();
        Assert.NotEmpty(rig.ServerRefused);
        Assert.All(rig.ServerRefused, refusal => Assert.Contains(sentence, refusal, StringComparison.Ordinal));
        Assert.Equal(SessionRig.PlainSum([1, 2, 3]), rig.Opened[1].Sum);
    }

    /// <summary>One number of one share is changed on the way out of a site: it is named, and the others are enough.</summary>
    [Fact]
    public void Server_wrongShare_namesItsSender()
    {
        using var rig = new SessionRig(5, Adversary.Curious);
        rig.Post = message =>
        {
            if (message.Kind != MessageKind.Unmask || message.From != 3) return [message];
            var shares = UnmaskMessage.FromBytes(message.Payload).Shares.ToList();
            shares[1] = shares[1] with { Share = [.. shares[1].Share[..^1], (byte)(shares[1].Share[^1] ^ 1)] };
            return [rig.SignAs(3, message with { Payload = new UnmaskMessage(shares).ToBytes() })];
        };
        rig.Run().AssertSumOrNothing();
        Assert.Matches(@"^site 'site-\d' \(3\) sent a wrong share of site 'site-\d' \(2\)", Assert.Single(rig.ServerRefused));
        Assert.Equal(SessionRig.PlainSum([1, 2, 3, 4, 5]), rig.Opened[1].Sum);
    }

    [Fact]
    public void Server_bothKindsOfShareOrTooFew_areRefused()
    {
        using var rig = new SessionRig(5, Adversary.Curious) { IsGone = (site, kind) => site == 5 && kind >= MessageKind.Masked };
        rig.Post = message =>
        {
            if (message.Kind != MessageKind.Unmask || message.From > 2) return [message];
            var shares = UnmaskMessage.FromBytes(message.Payload).Shares.ToList();
            if (message.From == 1) shares[^1] = shares[^1] with { IsSelf = true };
            else shares.RemoveAt(0);
            return [rig.SignAs(message.From, message with { Payload = new UnmaskMessage(shares).ToBytes() })];
        };
        rig.Run().AssertSumOrNothing();
        Assert.Contains("the wrong kind of share", rig.ServerRefused[0], StringComparison.Ordinal);
        Assert.Contains("one share of each of the 5 sites", rig.ServerRefused[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Server_maskedVectorThatWasNotSigned_isTakenOutOfTheSum()
    {
        using var rig = new SessionRig(4, Adversary.Curious);
        rig.ChangeVector = (site, vector) => site == 2 ? [.. vector[..^1], vector[^1] + 1] : vector;
        rig.Run().AssertSumOrNothing();
        Assert.Contains("is not the one that it signed", rig.ServerRefused[0], StringComparison.Ordinal);
        Assert.Equal(SessionRig.PlainSum([1, 3, 4]), rig.Opened[1].Sum);
    }

    [Fact]
    public void Envelope_writtenAndRead_isTheSame()
    {
        var envelope = new Envelope(MessageKind.Share, 3, 4, [1, 2, 3], [9]);
        Assert.True(Envelope.FromBytes(envelope.ToBytes()).Repeats(envelope));
        for (var length = 0; length < envelope.ToBytes().Length; length++)
            Assert.Throws<RosflException>(() => Envelope.FromBytes(envelope.ToBytes().AsSpan(0, length)));
        Assert.Throws<RosflException>(() => Envelope.FromBytes([.. envelope.ToBytes(), 0]));
    }

    private static string Refused(Action action)
    {
        var error = Assert.Throws<RosflException>(action);
        Assert.Equal(ExitCode.SecureAggregation, error.Code);
        return error.Message;
    }
}
