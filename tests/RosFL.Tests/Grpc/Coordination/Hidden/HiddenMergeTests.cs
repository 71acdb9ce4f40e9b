using System.Collections.Concurrent;
using Google.Protobuf;
using RosFL.Federation;
using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Coordination.Hidden;

/// <summary>Sites that hide their parts must all come to one model, and commit that one alone.</summary>
public sealed class HiddenMergeTests
{
    [Fact]
    public async Task Site_toldToCommitOtherWeightsThanItOpened_refuses_andCommitsItsOwn()
    {
        await using var network = await HiddenNetwork.StartAsync();
        var merged = await network.MergeAsync();
        var (other, hash) = (new string('0', 64), merged.PartsHash!);
        foreach (var site in network.Remotes)
        {
            var refusal = await Assert.ThrowsAsync<RosflException>(() => site.CommitAsync(network.Record(merged, other), CancellationToken.None));
            Assert.Equal(ExitCode.SecureAggregation, refusal.Code);
            Assert.Contains($"commits weights {other[..12]} for {network.Key}, and this site opened {hash[..12]}", refusal.Message, StringComparison.Ordinal);
            Assert.Contains(network.Notices, notice => refusal.Message.EndsWith(notice, StringComparison.Ordinal));
            await site.CommitAsync(network.Record(merged, hash), CancellationToken.None);
        }
    }

    /// <summary>How far a site's parts moved is a figure of its own update: the site knows it, and does not tell.</summary>
    [Fact]
    public async Task Update_ofASiteThatHidesItsParts_tellsNoDrift()
    {
        var own = new ConcurrentQueue<SiteRound>();
        await using var network = await HiddenNetwork.StartAsync(change: update =>
        {
            own.Enqueue(update.Figures);
            return update;
        });
        var told = (await network.MergeAsync()).Counted.Select(c => c.Update).ToList();
        Assert.Equal(3, own.Count);
        Assert.All(own, figures => Assert.All(Drifts(figures), drift => Assert.InRange(drift, 1e-9, 10)));
        Assert.All(told, update => Assert.All(Drifts(update.Figures), drift => Assert.True(double.IsNaN(drift))));
        Assert.All(told, update => Assert.Empty(update.Parts.Parts));
        // and everything else of them as it is; the session's own messages have come on top of the bytes
        Assert.Equal(own.Select(figures => Bare(figures.WithoutDrift())).OrderBy(f => f.Site), told.Select(update => Bare(update.Figures)).OrderBy(f => f.Site));
        static SiteRound Bare(SiteRound figures) => figures with { BytesUp = 0, BytesDown = 0 };
    }

    /// <summary>The last site opens the same sum as another algorithm, which gives it no body: nothing is committed that only some of the sites hold.</summary>
    [Fact]
    public async Task Merge_whoseSitesComeToDifferentWeights_isLost()
    {
        await using var network = await HiddenNetwork.StartAsync(HiddenNetwork.Run with { Algorithm = new() { Name = "ros-fl" } });
        var lost = await Assert.ThrowsAsync<RoundLostException>(network.MergeAsync);
        Assert.Contains("3 sites opened the sum", lost.Message, StringComparison.Ordinal);
        Assert.Contains("did not come to the same weights", lost.Message, StringComparison.Ordinal);
    }

    /// <summary>A site speaks for itself alone: else it could throw out another by what comes on its own stream.</summary>
    [Fact]
    public async Task Message_inAnotherSitesName_dropsItsSender()
    {
        await using var network = await HiddenNetwork.StartAsync(lastSays: reply =>
        {
            for (var i = 0; i < reply.Messages.Count; i++)
            {
                var message = Envelope.FromBytes(reply.Messages[i].Span);
                reply.Messages[i] = ByteString.CopyFrom((message with { From = message.From % 3 + 1 }).ToBytes());
            }
        });
        await Assert.ThrowsAsync<RoundLostException>(network.MergeAsync);
        var liar = network.Remotes[^1].Name;
        Assert.Matches($"^Site '{liar}' dropped out of the sum: Site '{liar}' sent a message in the name of site [123]", Assert.Single(network.ServerNotices));
    }

    /// <summary>What the site sent in a phase that is over comes once more in the next.</summary>
    [Fact]
    public async Task Message_ofAPhaseThatIsOver_dropsItsSender()
    {
        ByteString? share = null;
        await using var network = await HiddenNetwork.StartAsync(lastSays: reply =>
        {
            if (share is not null) reply.Messages.Add(share);
            share = reply.Messages.FirstOrDefault(m => Envelope.FromBytes(m.Span).Kind == MessageKind.Share);
        });
        await Assert.ThrowsAsync<RoundLostException>(network.MergeAsync);
        Assert.Matches("^Site 'south' dropped out of the sum: A message 'Share' of .+ came in phase 'MaskedInput' and belongs to phase 'Shares'", Assert.Single(network.ServerNotices));
    }

    /// <summary>What the site signed for one session comes again in the next.</summary>
    [Fact]
    public async Task Message_ofAnotherSession_dropsItsSender()
    {
        ByteString? keys = null;
        await using var network = await HiddenNetwork.StartAsync(lastSays: reply =>
        {
            if (reply.Messages is not [var message] || Envelope.FromBytes(message.Span).Kind != MessageKind.Keys) return;
            reply.Messages[0] = keys ??= message;
        });
        await network.MergeAsync();
        await Assert.ThrowsAsync<RoundLostException>(network.MergeAsync);
        Assert.Matches("^Site 'south' dropped out of the sum: ", Assert.Single(network.ServerNotices));
    }

    /// <summary>What is asked of a site must be of the attempt that it trained.</summary>
    [Fact]
    public async Task Order_ofAnotherAttempt_isRefusedByTheSite()
    {
        await using var network = await HiddenNetwork.StartAsync();
        await network.MergeAsync();
        foreach (var key in new[] { network.Key with { Attempt = 2 }, network.Key with { Round = 1 } })
        {
            var refusal = await Assert.ThrowsAsync<RosflException>(() => network.Remotes[0].ExchangeAsync(key, new() { MaskedFrom = 0 }, CancellationToken.None));
            Assert.Equal($"Site 'north': This site has trained nothing of {key} that could be summed: it takes part again in the next attempt.", refusal.Message);
        }
    }

    /// <summary>A part with a value that is no number is not summed: the study stops, the server learns which site and the kind of fault, the site's own user why.</summary>
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(257f)]
    public async Task Site_whosePartIsNoNumber_refusesToBeSummed(float value)
    {
        const string site = "east";
        await using var network = await HiddenNetwork.StartAsync(change: update => update.Figures.Site == site ? WithHeadValue(update, value) : update);
        var stopped = await Assert.ThrowsAsync<RosflException>(network.MergeAsync);
        Assert.Equal(ExitCode.InvalidData, stopped.Code);
        Assert.Equal($"Site '{site}': the site failed (InvalidData); its own log says why.", stopped.Message);
        Assert.Matches("^A weight of '.+' is not a number or beyond 256, the limit of fixed-point merging", Assert.Single(network.Notices));
        Assert.Empty(network.ServerNotices);
    }

    /// <summary>What is beyond the bound is clipped, and the site's own user is told how much.</summary>
    [Fact]
    public async Task Site_whosePartIsBeyondTheBound_isSummedAndSaysSo()
    {
        await using var network = await HiddenNetwork.StartAsync(change: update => update.Figures.Site == "east" ? WithHeadValue(update, 65) : update);
        Assert.Equal(3, (await network.MergeAsync()).Counted.Count);
        Assert.Matches("^1 of [0-9]+ values were beyond the bound of fixed point and were clipped", Assert.Single(network.Notices));
        Assert.Empty(network.ServerNotices);
    }

    /// <summary>The update with another first number of the head.</summary>
    private static SiteUpdate WithHeadValue(SiteUpdate update, float value)
    {
        var (head, parts) = (update.Parts[PartName.Head], new Dictionary<PartName, Weights>(update.Parts.Parts));
        parts[PartName.Head] = head with { Arrays = [head.Arrays[0] with { Values = [value, .. head.Arrays[0].Values[1..]] }, .. head.Arrays.Skip(1)] };
        return update with { Parts = new(parts) };
    }

    private static double[] Drifts(SiteRound figures) => [figures.DriftHead, figures.DriftBody, figures.DriftTail];
}
