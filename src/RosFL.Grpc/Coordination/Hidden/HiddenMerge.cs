using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Google.Protobuf;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Coordination.Hidden;

/// <summary>Secure aggregation at the aggregation server: the protocol's messages travel on the sites' own streams, and what comes out is a hash.</summary>
/// <param name="initialHash">Of the parts with which the study begins, as the sites say.</param>
/// <param name="phaseTime">How long a phase waits for the slowest site.</param>
internal sealed class HiddenMerge(
    Study study, Manifest manifest, Identity server, Func<string> initialHash, SealedFolder states, TimeSpan phaseTime, TimeProvider time, Action<int, string> notice) : IRoundMerge
{
    private SessionMeter meter = new();

    public async Task<MergedRound> MergeAsync(RoundState state, RoundKey key, IReadOnlyList<TrainedSite> trained, CancellationToken cancellation)
    {
        try
        {
            return await SumAsync(state, key, trained, cancellation);
        }
        catch (RosflException failed) when (failed.Code == ExitCode.SecureAggregation)
        {
            throw new RoundLostException(failed.Message, failed);
        }
    }

    private async Task<MergedRound> SumAsync(RoundState state, RoundKey key, IReadOnlyList<TrainedSite> trained, CancellationToken cancellation)
    {
        var roster = RosterOf(state, key, trained);
        meter = new();
        var sites = roster.Sites.ToDictionary(r => r.Id, r => trained.Single(t => Remote(t).Certificate.AsSpan().SequenceEqual(r.Certificate)));
        using var session = new ServerSession(server, roster, time);
        var inbox = session.Begin();
        while (session.BlindedSum is null)
        {
            await Task.WhenAll(inbox.Select(m => ExchangeAsync(session, key, sites[m.To], m, cancellation)));
            inbox = session.Close();
        }
        CrashPoint.Reach("aggregate-summed");
        // one copy for all sites
        var sum = MemoryMarshal.AsBytes(session.BlindedSum.AsSpan()).ToArray();
        var opened = (await Task.WhenAll(inbox.Select(m => OpenAsync(session, sum, key, sites[m.To], m, cancellation)))).OfType<(uint Id, HiddenOutcome Outcome)>().ToList();
        if (opened.Count == 0 || opened.Any(o => o.Outcome.PartsHash != opened[0].Outcome.PartsHash))
            throw new RoundLostException($"{opened.Count} sites opened the sum of {key} and did not come to the same weights.");
        await KeepStateAsync(key, [.. opened.Select(o => (o.Id, sites[o.Id]))], cancellation);
        CrashPoint.Reach("aggregate-sealed");
        var counted = inbox.ToDictionary(m => sites[m.To], m => meter.Of(m.To));
        return Merged(opened[0].Outcome, [.. trained.Where(counted.ContainsKey).Select(t => t.With(counted[t]))]);
    }

    private MergedRound Merged(HiddenOutcome outcome, IReadOnlyList<TrainedSite> counted) => new(counted,
        study.SiteParts.ToDictionary(p => p, p => new MergedPart(Weights.None, Weights.None, [], outcome.LargestChange.GetValueOrDefault(p))), outcome.PartsHash);

    private Roster RosterOf(RoundState state, RoundKey key, IReadOnlyList<TrainedSite> trained) => new()
    {
        Study = key.Study,
        ManifestHash = Convert.FromHexString(manifest.Hash),
        Round = key.Round,
        GlobalHash = Convert.FromHexString(state.Last?.PartsHash ?? initialHash()),
        Nonce = RandomNumberGenerator.GetBytes(32),
        Threshold = Threshold.Of(manifest).Among(trained.Count),
        VectorLength = PartsVector.LengthOf(new Model(study.SiteParts.ToDictionary(p => p, study.BlankOf))),
        PhaseTime = phaseTime,
        ServerCertificate = server.Certificate,
        Sites = Roster.Numbered(trained.Select(t => Remote(t).Certificate)),
    };

    /// <summary>One message to one site and what it answers; a site that does not answer is lost to the session, not to the study.</summary>
    private Task ExchangeAsync(ServerSession session, RoundKey key, TrainedSite site, Envelope message, CancellationToken cancellation) => GuardedAsync(session, key, site, message.To, async token =>
    {
        var reply = await ExchangeAsync(key, site, message, token);
        foreach (var answer in reply.Messages.Select(m => Envelope.FromBytes(m.Span)))
            lock (session) session.Receive(Own(site, message.To, answer));
        if (message.Kind == MessageKind.ShareBox)
            await HiddenTransfer.PullAsync(Remote(site), OwnKey(key, site), from => new HiddenOrder { MaskedFrom = from }, part =>
            {
                lock (session) session.Receive(message.To, MemoryMarshal.Cast<byte, ulong>(part.Span));
            }, token);
    }, cancellation);

    private async Task<HiddenReply> ExchangeAsync(RoundKey key, TrainedSite site, Envelope message, CancellationToken cancellation)
    {
        var order = new HiddenOrder { Message = ByteString.CopyFrom(message.ToBytes()) };
        var reply = await Remote(site).ExchangeAsync(OwnKey(key, site), order, cancellation);
        meter.Received(message.To, order.Message.Length);
        meter.Sent(message.To, reply.Messages.Sum(m => (long)m.Length));
        return reply;
    }

    /// <summary>A site speaks for itself alone: what comes on its stream in another's name would throw out the other.</summary>
    private static Envelope Own(TrainedSite site, uint id, Envelope answer) => answer.From == id ? answer
        : throw new RosflException(ExitCode.SecureAggregation, $"Site '{site.Survivor.Site}' sent a message in the name of site {answer.From}.");

    private async Task<(uint, HiddenOutcome)?> OpenAsync(ServerSession session, byte[] sum, RoundKey key, TrainedSite site, Envelope message, CancellationToken cancellation)
    {
        HiddenOutcome? outcome = null;
        await GuardedAsync(session, key, site, message.To, async token =>
        {
            await HiddenTransfer.PushAsync(Remote(site), OwnKey(key, site), sum, token);
            outcome = WireJson.Read<HiddenOutcome>((await ExchangeAsync(key, site, message, token)).Outcome);
        }, cancellation);
        return outcome is null ? null : (message.To, outcome);
    }

    /// <summary>The new state, from the first of the sites that opened it which is still there.</summary>
    private async Task KeepStateAsync(RoundKey key, IReadOnlyList<(uint Id, TrainedSite Site)> opened, CancellationToken cancellation)
    {
        foreach (var (id, site) in opened)
            if (await TryAsync(key, site, async token => meter.Sent(id, await states.FetchAsync(Remote(site), OwnKey(key, site), token)), cancellation)) return;
        throw new RoundLostException($"No site stayed to seal the new state of {key}.");
    }

    private async Task GuardedAsync(ServerSession session, RoundKey key, TrainedSite site, uint id, Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        if (await TryAsync(key, site, work, cancellation)) return;
        lock (session) session.Lose(id);
    }

    private async Task<bool> TryAsync(RoundKey key, TrainedSite site, Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(phaseTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await work(either.Token);
            return true;
        }
        catch (Exception failure) when (failure is SiteLostException or RosflException { Code: ExitCode.SecureAggregation or ExitCode.Protocol } || (late.IsCancellationRequested && failure is OperationCanceledException))
        {
            notice(key.Round, $"Site '{site.Survivor.Site}' dropped out of the sum: {(failure is OperationCanceledException ? "it did not answer in time." : failure.Message)}");
            return false;
        }
    }

    /// <summary>The attempt in which the site trained what is summed.</summary>
    private static RoundKey OwnKey(RoundKey key, TrainedSite site) => key with { Attempt = site.Survivor.Attempt };

    private static RemoteSite Remote(TrainedSite site) => (RemoteSite)site.Site;
}
