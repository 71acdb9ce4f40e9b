using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Grpc.Bodies;

/// <summary>The site's end of one stream, greeted.</summary>
internal sealed class BodyCall : IDisposable
{
    private readonly AsyncDuplexStreamingCall<TensorFrame<BodyRequest>, TensorFrame<BodyReply>> call;
    private readonly TensorFrameWriter<BodyRequest> writer;
    private readonly TensorFrameReader<BodyReply> reader;

    private BodyCall(CallInvoker invoker)
    {
        call = invoker.AsyncDuplexStreamingCall(BodyService.Method, null, new CallOptions());
        (writer, reader) = (new(call.RequestStream), new(call.ResponseStream));
    }

    public static async Task<BodyCall> OpenAsync(CallInvoker invoker, BodyLinkOptions options, CancellationToken cancellation)
    {
        var opened = new BodyCall(invoker);
        try
        {
            var hello = new BodyHello { Version = WireVersion.Own, Training = options.Order.Training, Manifest = options.Manifest };
            await opened.SendAsync(() => opened.writer.ControlAsync(new BodyRequest { Position = options.At(0), Hello = hello }, cancellation), cancellation);
            var reply = await opened.ReplyAsync(cancellation);
            if (reply.Welcome is not { } welcome) throw new RosflException(ExitCode.Protocol, $"The computation server answered a hello with {reply.KindCase}: update its program.");
            WireVersion.Agree(welcome.Version, "the computation server");
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public async Task ExchangeAsync(BodyExchange exchange, CancellationToken cancellation)
    {
        do await ExchangeOnceAsync(exchange, cancellation);
        while (Repetition.IsDue());
    }

    /// <summary>Ends the stream in order and waits until the other end has taken note.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        await call.RequestStream.CompleteAsync();
        await reader.ControlAsync(cancellation);
    }

    public void Dispose() => call.Dispose();

    private async Task ExchangeOnceAsync(BodyExchange exchange, CancellationToken cancellation)
    {
        await SendAsync(async () =>
        {
            await writer.ControlAsync(exchange.Request, cancellation, more: true);
            await exchange.Outgoing.SendAsync(writer, exchange.Sent, cancellation);
        }, cancellation);
        var reply = await ReplyAsync(cancellation);
        if (reply.Answer is null || !Equals(reply.Position, exchange.Request.Position))
            throw new RosflException(ExitCode.Protocol, $"The computation server answered step {reply.Position?.Step} where step {exchange.Request.Position.Step} was asked for.");
        await exchange.Incoming.ReceiveAsync(reader, () => Task.FromResult(exchange.Received), cancellation);
    }

    /// <summary>A server that refuses ends the stream while we still write: its sentence is found at the reading end.</summary>
    private async Task SendAsync(Func<Task> send, CancellationToken cancellation)
    {
        try
        {
            await send();
        }
        catch (Exception e) when (e is InvalidOperationException or RpcException or IOException && !cancellation.IsCancellationRequested)
        {
            await reader.ControlAsync(cancellation);
            throw;
        }
    }

    private async Task<BodyReply> ReplyAsync(CancellationToken cancellation) =>
        await reader.ControlAsync(cancellation) ?? throw new IOException("The computation server ended the stream.");
}
