using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>Every kind of message in every phase, at both ends: what is out of turn is refused and changes nothing, so that the session goes on to its sum.</summary>
public sealed class IllegalTransitionTests : IDisposable
{
    private const uint Site = 1;
    private const string Stopped = "This site has stopped the session";
    private static readonly MessageKind[] Kinds = Enum.GetValues<MessageKind>();

    private static readonly Dictionary<MessageKind, ServerPhase> Turns = new()
    {
        [MessageKind.Keys] = ServerPhase.Keys,
        [MessageKind.Share] = ServerPhase.Shares,
        [MessageKind.Masked] = ServerPhase.MaskedInput,
        [MessageKind.Consistency] = ServerPhase.Consistency,
        [MessageKind.Unmask] = ServerPhase.Unmask,
    };

    private readonly SessionRig rig = new(3, Adversary.Malicious);
    private readonly HashSet<MessageKind> had = [];
    private int refusals;

    [Theory]
    [InlineData(MessageKind.Roster)]
    [InlineData(MessageKind.KeyList)]
    [InlineData(MessageKind.ShareBox)]
    [InlineData(MessageKind.Survivors)]
    [InlineData(MessageKind.Agreement)]
    [InlineData(MessageKind.Opened)]
    public void Site_waitingForAMessage_refusesEveryOther(MessageKind awaited)
    {
        rig.Post = message =>
        {
            if (message.To != Site || message.From != Envelope.Server) return [message];
            if (message.Kind == awaited) AssertSiteRefuses($"while this site waits for '{awaited}'", awaited);
            had.Add(message.Kind);
            return [message];
        };
        AssertOpens(2 * Kinds.Length);
    }

    [Fact]
    public void Site_waitingForItsOwnInput_refusesEveryMessage()
    {
        had.UnionWith([MessageKind.Roster, MessageKind.KeyList, MessageKind.ShareBox]);
        rig.InputOf = site =>
        {
            if (site == Site) AssertSiteRefuses("while this site waits for its own input");
            return SessionRig.Input(site);
        };
        AssertOpens(2 * Kinds.Length);
    }

    [Fact]
    public void Site_thatHasOpened_refusesAllButTheMessageThatItOpened()
    {
        Envelope? last = null;
        rig.Post = message =>
        {
            if (message.To == Site && message.From == Envelope.Server) had.Add((last = message).Kind);
            return [message];
        };
        AssertOpens(0);
        AssertSiteRefuses("while this site waits for nothing more");
        Assert.Equal(rig.Opened[Site].Sum, rig.Sites[Site].Open(last!, [.. rig.Server.BlindedSum!]).Sum);
    }

    [Fact]
    public void Site_thatHasStopped_refusesEveryMessage()
    {
        rig.Post = message => message.To == Site && message.Kind == MessageKind.ShareBox ? [message with { Signature = new byte[64] }] : [message];
        rig.Run().AssertSumOrNothing();
        Assert.Contains("is not signed by the study's aggregation server", rig.Refused[Site], StringComparison.Ordinal);
        AssertSiteRefuses(Stopped);
    }

    [Theory]
    [InlineData(ServerPhase.Keys)]
    [InlineData(ServerPhase.Shares)]
    [InlineData(ServerPhase.MaskedInput)]
    [InlineData(ServerPhase.Consistency)]
    [InlineData(ServerPhase.Unmask)]
    public void Server_inAPhase_refusesEveryMessageOfAnother(ServerPhase phase)
    {
        rig.Post = message =>
        {
            if (message.From != Envelope.Server && rig.Server.Phase == phase && refusals == 0) AssertServerRefuses();
            return [message];
        };
        AssertOpens(Kinds.Length);
    }

    [Theory]
    [InlineData(ServerPhase.Opened)]
    [InlineData(ServerPhase.Failed)]
    public void Server_whoseSessionIsOver_refusesEveryMessage(ServerPhase phase)
    {
        if (phase == ServerPhase.Failed) rig.IsGone = (_, kind) => kind >= MessageKind.Unmask;
        rig.Run().AssertSumOrNothing();
        var sum = rig.Server.BlindedSum?.ToArray();
        Assert.Equal(phase, rig.Server.Phase);
        AssertServerRefuses();
        AssertRefused("The session is over", () => rig.Server.Close());
        Assert.Equal(sum, rig.Server.BlindedSum);
    }

    public void Dispose() => rig.Dispose();

    /// <summary>The site is sent each kind, signed by the server, alone and with a sum; and asked to mask, where it is not its turn to.</summary>
    private void AssertSiteRefuses(string sentence, MessageKind? awaited = null)
    {
        var site = rig.Sites[Site];
        foreach (var kind in Kinds)
        {
            var message = rig.Sign(new(kind, Envelope.Server, Site, [1], []));
            var isLast = kind == MessageKind.Opened;
            if (kind != awaited || isLast) AssertRefused(Sentence(kind, isLast), () => site.Receive(message));
            if (kind != awaited || !isLast) AssertRefused(Sentence(kind, !isLast), () => site.Open(message, new ulong[SessionRig.VectorLength]));
        }
        if (!sentence.EndsWith("its own input", StringComparison.Ordinal)) AssertRefused("", () => site.Mask(SessionRig.Input(Site)));

        string Sentence(MessageKind kind, bool isMisplaced) => sentence == Stopped ? sentence : isMisplaced ? "a blinded sum" : had.Contains(kind) ? $"a second '{kind}'" : sentence;
    }

    /// <summary>The server is sent each kind, signed by a site, and a part of a vector that nobody announced.</summary>
    private void AssertServerRefuses()
    {
        (ServerPhase, DateTimeOffset, string) State() => (rig.Server.Phase, rig.Server.Deadline, string.Join(' ', rig.Server.Awaited));
        var before = State();
        foreach (var kind in Kinds.Where(k => !Turns.TryGetValue(k, out var turn) || turn != rig.Server.Phase))
        {
            var message = rig.SignAs(Site, new(kind, Site, kind == MessageKind.Share ? 2 : Envelope.Server, [1], []));
            AssertRefused(Turns.TryGetValue(kind, out var turn) ? $"in phase '{rig.Server.Phase}' and belongs to phase '{turn}'" : "which is the one to send it", () => rig.Server.Receive(message));
            Assert.Equal(before, State());
        }
        AssertRefused("came without its message 'Masked'", () => rig.Server.Receive(Site, [1]));
        Assert.Equal(before, State());
    }

    private void AssertOpens(int refused)
    {
        rig.Run().AssertSumOrNothing();
        Assert.Equal(refused, refusals);
        Assert.Empty(rig.Refused);
        Assert.Empty(rig.ServerRefused);
        Assert.All(rig.Sites.Keys, site => Assert.Equal(SessionRig.PlainSum([1, 2, 3]), rig.Opened[site].Sum));
    }

    private void AssertRefused(string sentence, Action action)
    {
        var error = Assert.Throws<RosflException>(action);
        Assert.Equal(ExitCode.SecureAggregation, error.Code);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        refusals++;
    }
}
