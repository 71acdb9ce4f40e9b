using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Grpc.Bodies;

/// <summary>The computation server's end of one stream: every phase has its time, and none can be prolonged by dripping.</summary>
internal sealed class BodyChannel(
    IAsyncStreamReader<TensorFrame<BodyRequest>> requests, IAsyncStreamWriter<TensorFrame<BodyReply>> replies, BodyLimits limits, CancellationToken cancellation)
{
    private readonly TensorFrameReader<BodyRequest> reader = new(requests);
    private readonly TensorFrameWriter<BodyReply> writer = new(replies);

    /// <summary>Fires when the call ends or another stream takes its place.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>The next request, or null when the site has ended the stream.</summary>
    public Task<BodyRequest?> NextAsync(TimeSpan limit, string phase) => WithinAsync(limit, phase, reader.ControlAsync);

    /// <summary>Reads a tensor into memory that <paramref name="thread"/> allocates once the header is legal.</summary>
    public async Task<CutMessage> ReceiveAsync(CutTransfer transfer, TorchThread thread)
    {
        CutMessage? message = null;
        try
        {
            return await WithinAsync(limits.TransferTime(transfer.Bytes), $"sending '{transfer.Name}'", async time =>
            {
                await transfer.ReceiveAsync(reader, async () => message = await thread.RunAsync(transfer.Empty), time);
                return message!;
            });
        }
        catch
        {
            message?.Dispose();
            throw;
        }
    }

    public Task SendAsync(BodyReply reply, CutTransfer transfer, CutMessage message) =>
        WithinAsync(limits.TransferTime(transfer.Bytes), $"reading '{transfer.Name}'", async time =>
        {
            await writer.ControlAsync(reply, time, more: true);
            await transfer.SendAsync(writer, message, time);
            return true;
        });

    public Task SendAsync(BodyReply reply) => WithinAsync(limits.Transfer, "reading the welcome", async time =>
    {
        await writer.ControlAsync(reply, time);
        return true;
    });

    private async Task<T> WithinAsync<T>(TimeSpan limit, string phase, Func<CancellationToken, Task<T>> work)
    {
        using var clock = new CancellationTokenSource(limit, limits.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellation);
        try
        {
            return await work(both.Token);
        }
        catch (Exception e) when (clock.IsCancellationRequested && !cancellation.IsCancellationRequested && e is OperationCanceledException or RpcException or IOException)
        {
            throw new RosflException(ExitCode.Unreachable, $"The site took longer than {limit.TotalSeconds:0.#} s for {phase}: check its connection, or raise the computation server's limit.", e);
        }
    }
}
