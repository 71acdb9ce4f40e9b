using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
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

    /// <summary>The stream's first request, or null when the site has ended it.</summary>
    public Task<BodyRequest?> FirstAsync() => limits.HelloAsync(reader.ControlAsync, cancellation);

    /// <summary>The next request, or null when the site has ended the stream.</summary>
    public Task<BodyRequest?> NextAsync(string phase) => limits.WithinAsync(limits.Idle, phase, reader.ControlAsync, cancellation);

    /// <summary>Reads a tensor into memory that <paramref name="thread"/> allocates once the header is legal.</summary>
    public async Task<CutMessage> ReceiveAsync(CutTransfer transfer, TorchThread thread)
    {
        CutMessage? message = null;
        try
        {
            return await limits.TransferAsync(transfer.Bytes, $"sending '{transfer.Name}'", async time =>
            {
                await transfer.ReceiveAsync(reader, async () => message = await thread.RunAsync(transfer.Empty), time);
                return message!;
            }, cancellation);
        }
        catch
        {
            message?.Dispose();
            throw;
        }
    }

    public Task SendAsync(BodyReply reply, CutTransfer transfer, CutMessage message) =>
        limits.TransferAsync(transfer.Bytes, $"reading '{transfer.Name}'", async time =>
        {
            await writer.ControlAsync(reply, time, more: true);
            await transfer.SendAsync(writer, message, time);
            return true;
        }, cancellation);

    public Task SendAsync(BodyReply reply) => limits.TransferAsync(0, "reading the welcome", async time =>
    {
        await writer.ControlAsync(reply, time);
        return true;
    }, cancellation);
}
