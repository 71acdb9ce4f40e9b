using Grpc.Core;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Watching;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>A study at the aggregation server: who may join and under which manifest.</summary>
public sealed record StudyRoom(Study Study, Manifest Manifest, IReadOnlyList<RemoteSite> Sites);

/// <summary>Where sites join: each opens one stream, over which it gets commands and answers them.</summary>
public sealed class FederationService
{
    public static readonly Method<TensorFrame<SiteMessage>, TensorFrame<ServerMessage>> Method =
        TensorMethod.Duplex<SiteMessage, ServerMessage>("rosfl.v1.Federation", "Join");

    private readonly string process = Guid.NewGuid().ToString("N");
    private readonly IReadOnlyList<StudyRoom> rooms;
    private readonly WireLimits limits;
    private readonly Action<RosflException>? refused;
    private readonly StreamCount streams;
    private readonly Dictionary<string, ByteBudget> budgets;

    /// <param name="refused">Told of each site or message that is refused.</param>
    /// <exception cref="RosflException">The parts of one site are more than the limit of bytes in flight.</exception>
    public FederationService(IReadOnlyList<StudyRoom> rooms, WireLimits limits, Action<RosflException>? refused = null)
    {
        (this.rooms, this.limits, this.refused, streams) = (rooms, limits, refused, new(limits.StreamsPerSite));
        budgets = rooms.ToDictionary(room => room.Study.Id, room => new ByteBudget(limits.BytesInFlight, (inFlight, waiting) => StudyMetrics.QueueOfParts(room.Study.Id, inFlight, waiting)));
        foreach (var room in rooms) budgets[room.Study.Id].Require(ModelFrames.MostBytes(room.Study));
    }

    public async Task Join(IAsyncStreamReader<TensorFrame<SiteMessage>> requests, IServerStreamWriter<TensorFrame<ServerMessage>> replies, ServerCallContext call)
    {
        var (reader, writer) = (new TensorFrameReader<SiteMessage>(requests), new TensorFrameWriter<ServerMessage>(replies));
        RemoteSite? joined = null;
        try
        {
            var first = await limits.HelloAsync(reader.ControlAsync, call.CancellationToken);
            var hello = first?.Hello ?? throw new RosflException(ExitCode.Protocol, "A site must say hello first.");
            WireVersion.Agree(hello.Version, $"site '{call.Caller().Party.Name}'");
            var (room, site, entry) = Find(first.Position, call.Caller());
            if (hello.RunHash != room.Manifest.Hash) throw WireRefusal.ToRpc(Noted(OtherManifest(site, room)), room.Manifest);
            RequireWeight(entry, hello, room);
            using var counted = streams.Add(room.Study.Id, site.Name);
            joined = site;
            var session = new SiteSession(room.Study, limits, budgets[room.Study.Id], reader, writer, refused);
            await session.WelcomeAsync(site.Stand, new ServerWelcome { Version = WireVersion.Own, Process = process }, call.CancellationToken);
            site.Attach(session, hello);
            try
            {
                await session.RunAsync(site, call.CancellationToken);
            }
            finally
            {
                site.Detach(session);
            }
        }
        catch (RosflException refusal)
        {
            throw WireRefusal.ToRpc(Noted(refusal), joined?.Stand);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // the connection is gone, or a newer one of the same site has taken its place
        }
    }

    private RosflException Noted(RosflException refusal)
    {
        refused?.Invoke(refusal);
        return refusal;
    }

    private (StudyRoom Room, RemoteSite Site, RosterEntry Entry) Find(Position? at, Caller caller)
    {
        if (at is null) throw new RosflException(ExitCode.Protocol, "A hello must have a position: update the program of the site.");
        caller.RefuseOther(at.Site);
        var room = rooms.FirstOrDefault(r => r.Study.Id == at.Study)
            ?? throw new RosflException(ExitCode.Protocol, "This server runs no study of that name: correct the site's configuration.");
        var site = room.Sites.FirstOrDefault(s => s.Name == at.Site)
            ?? throw new RosflException(ExitCode.Protocol, $"Study '{room.Study.Id}' has no site of that name: correct the site's configuration.");
        return (room, site, room.Manifest.Admit(caller.Party, caller.Key));
    }

    private static RosflException OtherManifest(RemoteSite site, StudyRoom room) => new(ExitCode.ManifestDiffers,
        $"Site '{site.Name}' holds another manifest of study '{room.Study.Id}' than this server ({room.Manifest.Hash}): 'rosfl study diff' shows what differs; approve the same one.");

    private static void RequireWeight(RosterEntry entry, SiteHello hello, StudyRoom room)
    {
        if (entry.Weight > 0 && entry.Weight != hello.Weight)
            throw new RosflException(ExitCode.ManifestDiffers, $"{entry.Party} says that it has weight {hello.Weight}, and the manifest of study '{room.Study.Id}' says {entry.Weight}: its images have changed; approve a new revision.");
    }
}
