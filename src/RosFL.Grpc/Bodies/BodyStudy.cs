using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Watching;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Training;
using RosFL.Training.Payloads;

namespace RosFL.Grpc.Bodies;

/// <summary>
/// One study at the computation server, as its sites see it: which round is being trained, and one session for each site that trains.
/// <see cref="ServedBodyHost"/> tells it of rounds.
/// </summary>
/// <param name="manifest">Hash of the study's manifest; a site with another one is refused.</param>
/// <param name="roster">All sites of the study.</param>
/// <param name="open">A link to a body; called on a torch thread.</param>
public sealed class BodyStudy(
    Study study, string manifest, CutShapes shapes, IReadOnlyList<string> roster, Func<BodyOrder, IHostedBody> open, BodyLimits limits)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, TrainingSession> sessions = [];
    private readonly StreamCount streams = new(limits.StreamsPerSite);
    private RoundKey? training;

    /// <summary>Throws where a caller is not the party of the study's roster, with its key.</summary>
    public Action<Caller>? Admit { get; init; }

    /// <summary>The manifest itself, sent to a site that holds another; null where none is.</summary>
    public Manifest? Terms { get; init; }

    public string Id => study.Id;

    public string Manifest => manifest;

    public Study Study => study;

    public CutShapes Shapes => shapes;

    public PayloadCodec Codec { get; } = new(study.Run.Wire);

    public BodyLimits Limits => limits;

    internal ByteBudget Budget { get; } = new(limits.BytesInFlight, (inFlight, waiting) => StudyMetrics.Queue(study.Id, inFlight, waiting));

    /// <summary>Of the limit's bytes in flight, those that are free.</summary>
    public long BytesFree => Budget.Free;

    /// <summary>Steps done by each site that has a body here now.</summary>
    public IReadOnlyDictionary<string, int> Steps
    {
        get
        {
            lock (gate) return sessions.Where(s => !s.Value.IsDropped).ToDictionary(s => s.Key, s => s.Value.Steps);
        }
    }

    /// <summary>Sites may train this round; what is left of another is dropped. Told again it changes nothing.</summary>
    public async Task BeginAsync(RoundKey round)
    {
        lock (gate)
            if (training == round) return;
        await EndAsync();
        lock (gate) training = round;
    }

    /// <summary>No site may train until a round begins.</summary>
    /// <param name="round">The round that is over: a later one that has begun goes on.</param>
    public async Task EndAsync(RoundKey? round = null)
    {
        List<TrainingSession> ended;
        lock (gate)
        {
            if (round is not null && training is not null && (training.Round, training.Attempt).CompareTo((round.Round, round.Attempt)) > 0) return;
            training = null;
            ended = [.. sessions.Values];
            sessions.Clear();
        }
        foreach (var session in ended) await session.DropAsync("The round is over.");
    }

    /// <summary>Where the study stands for a site.</summary>
    internal Position Stand(string site)
    {
        lock (gate)
        {
            var session = sessions.GetValueOrDefault(site);
            return new() { Study = Id, Site = site, Round = training?.Round ?? -1, Attempt = session?.Attempt ?? training?.Attempt ?? 0, Step = session?.Steps ?? 0 };
        }
    }

    /// <exception cref="RosflException">The site is none of the study, or has too many streams.</exception>
    internal IDisposable CountStream(string site) => roster.Contains(site) ? streams.Add(Id, site)
        : throw new RosflException(ExitCode.Protocol, $"Site '{Quoted.Shortened(site)}' takes no part in study '{Id}': check its name in the manifest.");

    /// <summary>The session to which a position belongs: the one that is there, or a new one for a new attempt.</summary>
    /// <exception cref="RoundLostException">The position is not where the study stands.</exception>
    internal async Task<TrainingSession> AttachAsync(Position position)
    {
        TrainingSession? before;
        TrainingSession session;
        lock (gate)
        {
            if (training is null || training.Round != position.Round || position.Attempt < training.Attempt)
                throw new RoundLostException($"Site '{position.Site}' would train {KeyOf(position)}, and the computation server trains {training?.ToString() ?? "none now"}.");
            before = sessions.GetValueOrDefault(position.Site);
            if (before is not null && position.Attempt < before.Attempt)
                throw new RoundLostException($"Site '{position.Site}' would train {KeyOf(position)}, and its attempt {before.Attempt} has begun.");
            if (before is { IsDropped: false } && position.Attempt == before.Attempt) return before;
            if (before is not null && position.Attempt == before.Attempt) throw before.Lost();
            sessions[position.Site] = session = new TrainingSession(this, position, () => open(new BodyOrder(KeyOf(position), position.Site, Training: true)));
        }
        if (before is not null) await before.DropAsync("A new attempt began.");
        return session;
    }

    internal IBodyLink Committed(Position position) => open(new BodyOrder(KeyOf(position), position.Site, Training: false));

    private static RoundKey KeyOf(Position position) => new(position.Study, position.Round, position.Attempt);
}
