using Grpc.Core;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;

namespace RosFL.Tests.Grpc.Bodies;

/// <summary>A site's end of a stream that says whatever a test wants.</summary>
internal sealed class RawStream : IDisposable
{
    private readonly AsyncDuplexStreamingCall<TensorFrame<BodyRequest>, TensorFrame<BodyReply>> call;
    private readonly TensorFrameReader<BodyReply> reader;
    private readonly LinkedStudy linked;

    public RawStream(BodyServerHost server, LinkedStudy linked, CallInvoker? invoker = null)
    {
        call = (invoker ?? server.Invoker(LinkedStudy.Site)).AsyncDuplexStreamingCall(BodyService.Method, null, new CallOptions());
        (reader, this.linked) = (new(call.ResponseStream), linked);
        Writer = new(call.RequestStream);
    }

    public TensorFrameWriter<BodyRequest> Writer { get; }

    public int Attempt { get; init; } = 1;

    public TensorFrameReader<BodyReply> Reader => reader;

    /// <summary>Greets, and reads the welcome.</summary>
    public static async Task<RawStream> OpenAsync(BodyServerHost server, LinkedStudy linked, Action<BodyRequest>? change = null, CallInvoker? invoker = null)
    {
        var stream = new RawStream(server, linked, invoker);
        await stream.HelloAsync(change);
        Assert.NotNull((await stream.reader.ControlAsync(default))!.Welcome);
        return stream;
    }

    public Position At(int step) => new() { Study = linked.Study.Id, Site = LinkedStudy.Site, Round = linked.Key.Round, Attempt = Attempt, Step = step };

    public Task HelloAsync(Action<BodyRequest>? change = null) => ControlAsync(
        new BodyRequest { Position = At(0), Hello = new() { Version = WireVersion.Own, Training = true, Manifest = LinkedStudy.Manifest } }, change);

    public Task ForwardAsync(int step, Action<BodyRequest>? change = null)
    {
        var shape = linked.Shapes.Training[0];
        return ControlAsync(new BodyRequest { Position = At(step), Forward = new() { Batch = 2, Size = { shape.Size }, StepsInRound = 2 } }, change);
    }

    /// <summary>The header that is legal for a batch of two.</summary>
    public TensorHeader Header(string name = "smashed", Action<TensorHeader>? change = null)
    {
        var shape = linked.Shapes.Training[0];
        var header = new TensorSpec(name, DataType.Float32, [2, .. shape.Smashed]).Header();
        change?.Invoke(header);
        return header;
    }

    /// <summary>A header without the bytes that belong to it.</summary>
    public Task HeaderAsync(TensorHeader header) => WriteAsync(() => call.RequestStream.WriteAsync(TensorFrame<BodyRequest>.Of(header)));

    public Task ChunkAsync(int bytes) => WriteAsync(() => call.RequestStream.WriteAsync(TensorFrame<BodyRequest>.Of(new byte[bytes])));

    public Task EndAsync() => call.RequestStream.CompleteAsync();

    /// <summary>What the server says to all this.</summary>
    public async Task<(Exception Refusal, Position? Stand)> RefusalAsync()
    {
        var ended = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await reader.ControlAsync(default) is not null) { }
        });
        return (Assert.IsAssignableFrom<Exception>(WireRefusal.From(ended)), WireRefusal.StandOf(ended));
    }

    public void Dispose() => call.Dispose();

    private async Task ControlAsync(BodyRequest request, Action<BodyRequest>? change)
    {
        change?.Invoke(request);
        await WriteAsync(() => Writer.ControlAsync(request, default));
    }

    /// <summary>A server that refuses ends the stream while we still write; what it says is read.</summary>
    private static async Task WriteAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
        }
    }
}
