using System.Threading.Channels;
using RosFL.Federation;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Coordination;

/// <summary>What came with a reply: parts of a site, and what travels in a relay.</summary>
internal sealed record SiteAnswer(SiteReply Reply, Model? Parts, IReadOnlyList<NamedArray> Travelling);

/// <summary>One command with the arrays behind it.</summary>
internal sealed record Outgoing<T>(T Message, IReadOnlyList<NamedArray> Arrays);

/// <summary>One stream of a site at the aggregation server, from the welcome to the end of the connection. A site may say nothing for long; what it has begun to say or to read has its time.</summary>
/// <param name="budget">The study's: parts that would be too much wait unread.</param>
internal sealed class SiteSession(Study study, WireLimits limits, ByteBudget budget, TensorFrameReader<SiteMessage> reader, TensorFrameWriter<ServerMessage> writer)
{
    private readonly Channel<Outgoing<SiteCommand>> outbox = Channel.CreateUnbounded<Outgoing<SiteCommand>>();
    private readonly CancellationTokenSource ended = new();

    public void Send(Outgoing<SiteCommand> command) => outbox.Writer.TryWrite(command);

    /// <summary>Ends the session; the site will come again.</summary>
    public void End() => ended.Cancel();

    public Task WelcomeAsync(ServerWelcome welcome, CancellationToken cancellation) => SendAsync(new ServerMessage { Welcome = welcome }, [], cancellation);

    /// <summary>Sends commands and hands on what comes, until either end is done.</summary>
    public async Task RunAsync(Action<SiteAnswer> answered, Action<SiteStep> stepped, CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, ended.Token);
        var sending = SendAsync(both.Token);
        var receiving = ReceiveAsync(answered, stepped, both.Token);
        var first = await Task.WhenAny(sending, receiving);
        await both.CancelAsync();
        await Task.WhenAll(Quiet(sending), Quiet(receiving));
        await first;
    }

    private static Task Quiet(Task task) => task.ContinueWith(_ => { }, TaskScheduler.Default);

    private async Task SendAsync(CancellationToken cancellation)
    {
        await foreach (var one in Repetition.AmongAsync(outbox.Reader.ReadAllAsync(cancellation)))
            await SendAsync(new ServerMessage { Command = one.Message }, one.Arrays, cancellation);
    }

    private Task SendAsync(ServerMessage message, IReadOnlyList<NamedArray> arrays, CancellationToken cancellation) =>
        limits.TransferAsync(arrays.Sum(a => a.Bytes), "reading what the server sent", async time =>
        {
            await writer.ControlAsync(message, time, more: arrays.Count > 0);
            foreach (var array in arrays) await writer.ArrayAsync(array, time);
            return true;
        }, cancellation);

    private async Task ReceiveAsync(Action<SiteAnswer> answered, Action<SiteStep> stepped, CancellationToken cancellation)
    {
        while (await reader.ControlAsync(cancellation) is { } message)
            switch (message.ContentCase)
            {
                case SiteMessage.ContentOneofCase.Step:
                    stepped(message.Step);
                    break;
                case SiteMessage.ContentOneofCase.Reply:
                    answered(await ReadAsync(message.Reply, cancellation));
                    break;
                default:
                    throw new RosflException(ExitCode.Protocol, $"A site sent {message.ContentCase} where a reply or a step must come.");
            }
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
