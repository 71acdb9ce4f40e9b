using Grpc.Core;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Grpc.Coordination;

/// <summary>A study at the aggregation server: who may join and with which run.</summary>
public sealed record StudyRoom(Study Study, string RunHash, IReadOnlyList<RemoteSite> Sites);

/// <summary>Where sites join: each opens one stream, over which it gets commands and answers them.</summary>
public sealed class FederationService(IReadOnlyList<StudyRoom> rooms)
{
    public static readonly Method<TensorFrame<SiteMessage>, TensorFrame<ServerMessage>> Method =
        TensorMethod.Duplex<SiteMessage, ServerMessage>("rosfl.v1.Federation", "Join");

    private readonly string process = Guid.NewGuid().ToString("N");

    public async Task Join(IAsyncStreamReader<TensorFrame<SiteMessage>> requests, IServerStreamWriter<TensorFrame<ServerMessage>> replies, ServerCallContext call)
    {
        var (reader, writer) = (new TensorFrameReader<SiteMessage>(requests), new TensorFrameWriter<ServerMessage>(replies));
        try
        {
            var hello = (await reader.ControlAsync(call.CancellationToken))?.Hello
                ?? throw new RosflException(ExitCode.Protocol, "A site must say hello first.");
            call.Caller().RefuseOther(hello.Site);
            var (room, site) = Find(hello);
            var session = new SiteSession(room.Study, reader, writer);
            await writer.ControlAsync(new ServerMessage { Welcome = new ServerWelcome { Version = ControlVersion.Ours, Process = process } }, call.CancellationToken);
            site.Attach(session, hello);
            try
            {
                await session.RunAsync(site.Answer, site.Step, call.CancellationToken);
            }
            finally
            {
                site.Detach(session);
            }
        }
        catch (RosflException refused)
        {
            throw WireRefusal.ToRpc(refused);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // the connection is gone, or a newer one of the same site has taken its place
        }
    }

    private (StudyRoom Room, RemoteSite Site) Find(SiteHello hello)
    {
        ControlVersion.Check(hello.Version);
        var room = rooms.FirstOrDefault(r => r.Study.Id == hello.Study)
            ?? throw new RosflException(ExitCode.Protocol, "This server runs no study of that name: correct the site's configuration.");
        var site = room.Sites.FirstOrDefault(s => s.Name == hello.Site)
            ?? throw new RosflException(ExitCode.Protocol, $"Study '{room.Study.Id}' has no site of that name: correct the site's configuration.");
        if (hello.RunHash != room.RunHash)
            throw new RosflException(ExitCode.Protocol, $"Site '{site.Name}' has another run file for study '{room.Study.Id}' than this server: exchange the file.");
        return (room, site);
    }
}
