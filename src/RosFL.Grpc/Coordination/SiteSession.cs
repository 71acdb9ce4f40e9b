using System.Threading.Channels;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Coordination;

/// <summary>What came with a reply: parts of a site, and what travels in a relay.</summary>
internal sealed record SiteAnswer(SiteReply Reply, Model? Parts, IReadOnlyList<NamedArray> Travelling);

/// <summary>One message with the arrays behind it.</summary>
internal sealed record Outgoing<T>(T Message, IReadOnlyList<NamedArray> Arrays);

/// <summary>One stream of a site at the aggregation server, from the welcome to the end of the connection. A site may say nothing for long; what it has begun to say or to read has its time.</summary>
/// <param name="budget">The study's: parts that would be too much wait unread.</param>
/// <param name="refused">Told of each message that came again or too late; the site is told where the study stands.</param>
internal sealed class SiteSession(
    Study study, WireLimits limits, ByteBudget budget, TensorFrameReader<SiteMessage> reader, TensorFrameWriter<ServerMessage> writer, Action<RosflException>? refused)
{
    private const int MostUnread = 16;

    private readonly Channel<Outgoing<ServerMessage>> outbox = Channel.CreateUnbounded<Outgoing<ServerMessage>>();
    private readonly CancellationTokenSource ended = new();

    public void Send(Outgoing<ServerMessage> order) => outbox.Writer.TryWrite(order);

    /// <summary>Says where the study stands, unless the site leaves unread what it is told.</summary>
    public void Say(ServerMessage standing)
    {
        if (outbox.Reader.Count < MostUnread) outbox.Writer.TryWrite(new(standing, []));
    }

    /// <summary>Ends the session; the site will come again.</summary>
    public void End() => ended.Cancel();

    public Task WelcomeAsync(Position stand, ServerWelcome welcome, CancellationToken cancellation) =>
        SendAsync(new(new ServerMessage { Position = stand, Welcome = welcome }, []), cancellation);

    /// <summary>Sends commands and hands on what comes, until either end is done.</summary>
    /// <exception cref="RosflException">A message came that could never have been legal.</exception>
    public async Task RunAsync(RemoteSite site, CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, ended.Token);
        var sending = SendAsync(both.Token);
        var receiving = ReceiveAsync(site, both.Token);
        var first = await Task.WhenAny(sending, receiving);
        await both.CancelAsync();
        await Task.WhenAll(Quiet(sending), Quiet(receiving));
        await first;
    }

    private static Task Quiet(Task task) => task.ContinueWith(_ => { }, TaskScheduler.Default);

    private async Task SendAsync(CancellationToken cancellation)
    {
        await foreach (var one in Repetition.AmongAsync(outbox.Reader.ReadAllAsync(cancellation)))
            await SendAsync(one, cancellation);
    }

    private Task SendAsync(Outgoing<ServerMessage> one, CancellationToken cancellation) =>
        limits.TransferAsync(one.Arrays.Sum(a => a.Bytes), "reading what the server sent", async time =>
        {
            await writer.ControlAsync(one.Message, time, more: one.Arrays.Count > 0);
            foreach (var array in one.Arrays) await writer.ArrayAsync(array, time);
            return true;
        }, cancellation);

    private async Task ReceiveAsync(RemoteSite site, CancellationToken cancellation)
    {
        while (await reader.ControlAsync(cancellation) is { } message)
        {
            var at = Positions.Require(message.Position, study.Id, site.Name);
            switch (message.ContentCase)
            {
                case SiteMessage.ContentOneofCase.Step:
                    Note(site.Step(at, message.Step));
                    break;
                case SiteMessage.ContentOneofCase.Reply:
                    site.Check(at, message.Reply);
                    Note(site.Answer(at, await ReadAsync(message.Reply, cancellation)));
                    break;
                default:
                    throw new RosflException(ExitCode.Protocol, $"Site '{site.Name}' sent {message.ContentCase} where a reply or a step must come: update its program.");
            }
        }
    }

    private void Note(string? late)
    {
        if (late is not null) refused?.Invoke(new(ExitCode.Protocol, late));
    }

    private async Task<SiteAnswer> ReadAsync(SiteReply reply, CancellationToken cancellation)
    {
        if (reply.ContentCase is not (SiteReply.ContentOneofCase.Initial or SiteReply.ContentOneofCase.Update)) return new(reply, null, []);
        var most = ModelFrames.MostBytes(study);
        using var share = await budget.TakeAsync(most, cancellation);
        var (parts, travelling) = await limits.TransferAsync(most, "sending its parts",
            time => ModelFrames.ReadAsync(reader, reply.Update?.Travelling ?? [], study, time), cancellation);
        return new(reply, parts, travelling);
    }
}
