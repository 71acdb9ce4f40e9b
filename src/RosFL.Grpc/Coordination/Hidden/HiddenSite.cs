using System.Runtime.InteropServices;
using Google.Protobuf;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Privacy.SecureAggregation;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Coordination.Hidden;

/// <summary>
/// A site in a study whose aggregation server must not see weights: it holds the global parts itself, sends its own only under masks, opens
/// the sum and takes mean and correction by the function that a server would call.
/// </summary>
public sealed class HiddenSite : ISite, IDisposable
{
    private readonly ISite inner;
    private readonly Study study;
    private readonly SiteTrust trust;
    private readonly HeldStates states;
    private readonly SignedRounds signed;
    private readonly TimeProvider time;
    private readonly Action<string>? notice;
    private readonly MemoryStream incoming = new();
    private HiddenRound? round;

    /// <param name="folder">Where the site keeps the states that it holds and what it has signed.</param>
    /// <exception cref="RosflException">The site's weight, or the manifest's number of sites, is beyond what sums hold.</exception>
    public HiddenSite(ISite inner, Study study, SiteTrust trust, string folder, TimeProvider time, Action<string>? notice = null)
    {
        FixedPoint.CheckWeight(inner.Weight);
        Threshold.Of(trust.Manifest).Check();
        (this.inner, this.study, this.trust, this.time, this.notice) = (inner, study, trust, time, notice);
        states = new HeldStates(folder, study);
        signed = SignedRounds.Open(Path.Combine(folder, "signed.db"));
    }

    public string Name => inner.Name;

    public long Weight => inner.Weight;

    public bool IsHere => inner.IsHere;

    /// <summary>With which the site takes part in sessions: X.509, DER.</summary>
    public byte[] Certificate => trust.Own.Certificate;

    public Task HereAsync(CancellationToken cancellation) => inner.HereAsync(cancellation);

    /// <summary>The parts stay here; their hash may be told.</summary>
    public Task<Model> InitialAsync(CancellationToken cancellation) => inner.InitialAsync(cancellation);

    /// <summary>Trains from the parts that the site holds; the update has none, and no figure of them.</summary>
    /// <exception cref="StateMissingException">The site does not hold those with which the round begins.</exception>
    public async Task<SiteUpdate> TrainAsync(RoundStart start, CancellationToken cancellation)
    {
        EndRound();
        // drawn by the site's own torch thread; a correction may refer to it in round 1 too
        var initial = start.Key.Round <= 1 ? await inner.InitialAsync(cancellation) : null;
        var begin = start.Last is { } last ? states.Of(start.Key.Round, last.PartsHash) : RoundState.Begin(initial!); // no record before round 0
        var update = await inner.TrainAsync(start with { Global = begin.Global }, cancellation);
        round = new HiddenRound(study, trust, signed, states, start.Key, begin, update.Parts, Weight, time, notice);
        return update with { Parts = Model.Empty, Figures = update.Figures.WithoutDrift() };
    }

    /// <exception cref="RosflException">The server committed other weights than those that this site opened.</exception>
    public async Task CommitAsync(CommitRecord record, CancellationToken cancellation)
    {
        if (round is { Next: { } next } own && record.Key.Round == own.Key.Round && record.Decision.Counts(Name, own.Key.Attempt) && next.Global.Hash() != record.PartsHash)
            throw Told(new RosflException(ExitCode.SecureAggregation, $"The aggregation server commits weights {record.PartsHash[..12]} for {record.Key}, and this site opened {next.Global.Hash()[..12]}: the study must not go on."));
        EndRound();
        await inner.CommitAsync(record, cancellation);
        states.Keep(record);
    }

    public Task AbortAsync(RoundKey key, CancellationToken cancellation)
    {
        EndRound();
        return inner.AbortAsync(key, cancellation);
    }

    public Task<IReadOnlyList<ScoreRecord>> EvaluateAsync(EvaluationOrder order, CancellationToken cancellation) => inner.EvaluateAsync(
        order.ModelName == EvaluationOrder.InputName ? order : order with { Model = states.Of(order.Round + 1, order.PartsHash).Global }, cancellation);

    public void Dispose()
    {
        EndRound();
        signed.Dispose();
        trust.Own.Dispose();
    }

    /// <summary>One exchange of the protocol with the aggregation server.</summary>
    internal HiddenReply Exchange(RoundKey of, HiddenOrder order)
    {
        try
        {
            return Answer(of, order);
        }
        catch (RosflException refusal)
        {
            Told(refusal);
            throw;
        }
    }

    private HiddenReply Answer(RoundKey of, HiddenOrder order) => order.ContentCase switch
    {
        HiddenOrder.ContentOneofCase.Message => Take(RoundOf(of), Envelope.FromBytes(order.Message.Span)),
        HiddenOrder.ContentOneofCase.MaskedFrom => HiddenTransfer.Part(MemoryMarshal.AsBytes(RoundOf(of).Masked.AsSpan()), order.MaskedFrom),
        HiddenOrder.ContentOneofCase.Incoming => Append(order.Incoming),
        HiddenOrder.ContentOneofCase.StateFrom => HiddenTransfer.Part(RoundOf(of).Sealed(), order.StateFrom),
        HiddenOrder.ContentOneofCase.StateComplete => Unseal(of.Round),
        _ => throw new RosflException(ExitCode.Protocol, "The aggregation server asked for something that this program does not know: update it."),
    };

    /// <summary>A refusal is for this site's own user too, and some of its words for nobody else.</summary>
    private RosflException Told(RosflException refusal)
    {
        notice?.Invoke(refusal.Message);
        return refusal;
    }

    private HiddenRound RoundOf(RoundKey key) => round is { } own && own.Key == key ? own
        : throw new RosflException(ExitCode.SecureAggregation, $"This site has trained nothing of {key} that could be summed: it takes part again in the next attempt.");

    private HiddenReply Take(HiddenRound own, Envelope message) => message.Kind == MessageKind.Opened
        ? new() { Outcome = WireJson.Write(own.Open(message, MemoryMarshal.Cast<byte, ulong>(Received()).ToArray())) }
        : new() { Messages = { own.Take(message).Select(r => ByteString.CopyFrom(r.ToBytes())) } };

    private HiddenReply Unseal(int after)
    {
        states.Add(after + 1, SealedState.FromBytes(Received()).Open(trust.Own, trust.Sites, study.Id, after));
        return new();
    }

    /// <summary>A part that does not continue what has come belongs to a transfer to another process of this site: the server begins again.</summary>
    private HiddenReply Append(HiddenBytes part)
    {
        if (part.From == 0) incoming.SetLength(0);
        if (part.From != incoming.Length) throw new RosflException(ExitCode.Unreachable, "A transfer to this site broke off.");
        incoming.Write(part.Bytes.Span);
        return new();
    }

    private byte[] Received()
    {
        var bytes = incoming.ToArray();
        incoming.SetLength(0);
        return bytes;
    }

    private void EndRound()
    {
        round?.Dispose();
        round = null;
        incoming.SetLength(0);
    }
}
