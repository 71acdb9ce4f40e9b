using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;

namespace RosFL.Tests.Privacy.SecureAggregation;

/// <summary>Sites that drop out: the sum of those that stayed, to the bit, or nothing.</summary>
public sealed class DropoutTests
{
    private static readonly MessageKind[] SiteMessages =
        [MessageKind.Keys, MessageKind.Share, MessageKind.Masked, MessageKind.Consistency, MessageKind.Unmask, MessageKind.Opened];

    /// <summary>Every subset of the sites goes away before every message: 2^N subsets times six messages. Slow: two to three minutes of processor time in all.</summary>
    [Theory]
    [Trait("speed", "slow")]
    [InlineData(3, Adversary.Curious)]
    [InlineData(3, Adversary.Malicious)]
    [InlineData(4, Adversary.Curious)]
    [InlineData(4, Adversary.Malicious)]
    [InlineData(5, Adversary.Curious)]
    [InlineData(5, Adversary.Malicious)]
    [InlineData(6, Adversary.Curious)]
    [InlineData(6, Adversary.Malicious)]
    [InlineData(7, Adversary.Curious)]
    [InlineData(7, Adversary.Malicious)]
    public void Session_everySubsetGoneAtEveryMessage_givesTheSurvivorsSumOrNothing(int sites, Adversary adversary) =>
        Parallel.For(0, 1 << sites, subset =>
        {
            foreach (var message in SiteMessages)
            {
                using var rig = new SessionRig(sites, adversary) { IsGone = (site, kind) => (subset >> (int)(site - 1) & 1) == 1 && kind >= message };
                rig.Run().AssertSumOrNothing();
                uint[] staying = [.. rig.Sites.Keys.Where(s => (subset >> (int)(s - 1) & 1) == 0)];
                var opens = message == MessageKind.Opened || staying.Length >= rig.Roster.Threshold.Quorum;
                Assert.Equal(opens, rig.Failure is null);
                Assert.Equal(opens ? staying : [], rig.Opened.Keys.Order());
                // a site that went after its masked input is still in the sum
                if (opens) Assert.Equal(message > MessageKind.Masked ? rig.Sites.Keys : staying, rig.Server.Survivors.Select(rig.IdOf));
                Assert.Empty(rig.Refused);
            }
        });

    /// <summary>Two of seven sites go between two of their shares: those that were sent are of no use, and whose shares all arrived is a site that dropped out afterwards.</summary>
    [Theory]
    [InlineData(Adversary.Curious)]
    [InlineData(Adversary.Malicious)]
    public void Session_sitesGoBetweenTwoOfTheirShares_givesTheSumOfTheOthers(Adversary adversary)
    {
        uint[] others = [1, 3, 4, 5, 7];
        for (var sent = 0; sent <= 7; sent++)
        {
            var left = new Dictionary<uint, int> { [2] = sent, [6] = 7 - sent };
            using var rig = new SessionRig(7, adversary) { IsGone = (site, kind) => left.ContainsKey(site) && kind >= MessageKind.Masked };
            var dealt = new HashSet<uint>();
            rig.Post = message =>
            {
                if (message.Kind == MessageKind.ShareBox) dealt.UnionWith(Bundle.Read(message.Payload).Select(share => share.From));
                return message.Kind == MessageKind.Share && left.TryGetValue(message.From, out var more) && (left[message.From] = more - 1) < 0 ? [] : [message];
            };
            rig.Run().AssertSumOrNothing();
            Assert.Equal(left.Keys.Where(site => left[site] >= 0), dealt.Except(others));
            Assert.Equal(others, rig.Opened.Keys.Order());
            Assert.Equal(SessionRig.PlainSum(others), rig.Opened[1].Sum);
            Assert.Empty(rig.Refused);
            Assert.Empty(rig.ServerRefused);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    public void Session_anUploadBreaksOff_leavesNothingOfItInTheSum(int numbers)
    {
        using var rig = new SessionRig(5, Adversary.Curious) { BreaksOffAt = site => site == 2 ? numbers : null };
        rig.Run().AssertSumOrNothing();
        Assert.Equal([1, 3, 4, 5], rig.Opened.Keys.Order().Select(id => (int)id));
        Assert.Equal(SessionRig.PlainSum([1, 3, 4, 5]), rig.Opened[1].Sum);
    }

    [Fact]
    public void Session_everyMessageTwice_isAsIfOnce()
    {
        using var rig = new SessionRig(4, Adversary.Malicious) { Post = message => [message, message] };
        rig.Run().AssertSumOrNothing();
        Assert.Equal(SessionRig.PlainSum([1, 2, 3, 4]), rig.Opened[1].Sum);
        Assert.Empty(rig.ServerRefused);
        Assert.Empty(rig.Refused);
    }

    [Fact]
    public void Round_thatFailed_isOpenedInASecondSessionWithFreshKeys()
    {
        using var signed = SignedRounds.Open(":memory:");
        using var first = new SessionRig(4, Adversary.Malicious, signed) { IsGone = (site, kind) => site <= 2 && kind >= MessageKind.Unmask };
        Assert.Contains("2 of 4 sites answered, 3 are needed", first.Run().Failure!, StringComparison.Ordinal);
        using var second = new SessionRig(4, Adversary.Malicious, signed);
        second.Run().AssertSumOrNothing();
        Assert.Equal(SessionRig.PlainSum([1, 2, 3, 4]), second.Opened[3].Sum);
    }

    /// <summary>Any mix of sites that go, uploads that break off, and messages that are lost, repeated, or come behind later ones.</summary>
    [Fact]
    [Trait("speed", "slow")]
    public void Session_underRandomSchedules_givesTheSurvivorsSumOrNothing()
    {
        // ROSFL_LONG_TESTS=1: up to 100 sites, see docs/secure-aggregation.md
        var isLong = Environment.GetEnvironmentVariable("ROSFL_LONG_TESTS") == "1";
        var opened = Enumerable.Range(0, isLong ? 400 : 60).Count(schedule =>
        {
            var random = Seeds.Random(new Seeds(1).For("schedule", schedule));
            return Opens(random.Next(3, isLong ? 101 : 13), random);
        });
        Assert.InRange(opened, isLong ? 100 : 15, isLong ? 350 : 55);
    }

    /// <summary>One such schedule at the size up to which the long form goes; about 13 s.</summary>
    [Fact]
    [Trait("speed", "slow")]
    public void Session_ofAHundredSitesUnderARandomSchedule_givesTheSurvivorsSum() => Assert.True(Opens(100, Seeds.Random(new Seeds(1).For("hundred", 2))));

    /// <summary>Runs one schedule and checks its outcome.</summary>
    private static bool Opens(int sites, Random random)
    {
        using var rig = new SessionRig(sites, random.Next(2) == 0 ? Adversary.Curious : Adversary.Malicious);
        var (goes, loses) = (random.NextDouble() * 0.3, random.NextDouble() < 0.5 ? 0 : random.NextDouble() * 0.01);
        var gone = rig.Sites.Keys.ToDictionary(s => s, _ => random.NextDouble() < goes ? SiteMessages[random.Next(SiteMessages.Length)] : (MessageKind)byte.MaxValue);
        rig.IsGone = (site, kind) => kind >= gone[site];
        rig.BreaksOffAt = site => site % 7 == 3 && random.Next(6) == 0 ? random.Next(SessionRig.VectorLength) : null;
        rig.Post = new UnreliablePost(random, loses).Deliver;
        rig.Run().AssertSumOrNothing();
        return rig.Failure is null;
    }
}
