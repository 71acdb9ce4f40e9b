using Grpc.Core;
using RosFL.Federation;
using RosFL.Grpc.Coordination;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Coordination;

/// <summary>A site's end of a stream to the aggregation server that says whatever a test wants.</summary>
internal sealed class RawSite(CallInvoker invoker, SiteMessage hello) : IDisposable
{
    private static readonly string Figures = WireJson.Write(new SiteRound("", 1, 1, 0, 0, 0, 0, 0, 0, 0));
    private readonly AsyncDuplexStreamingCall<TensorFrame<SiteMessage>, TensorFrame<ServerMessage>> call = invoker.AsyncDuplexStreamingCall(FederationService.Method, null, new CallOptions());
    private TensorFrameWriter<SiteMessage>? writer;
    private TensorFrameReader<ServerMessage>? reader;

    public TensorFrameWriter<SiteMessage> Writer => writer ??= new(call.RequestStream);

    public TensorFrameReader<ServerMessage> Reader => reader ??= new(call.ResponseStream);

    /// <summary>To what the last order belonged, as what the site says does.</summary>
    public Position At { get; private set; } = hello.Position;

    /// <summary>Greets, and reads the welcome.</summary>
    public async Task<RawSite> WelcomeAsync()
    {
        await HelloAsync();
        Assert.NotNull((await Reader.ControlAsync(default))!.Welcome);
        return this;
    }

    public Task HelloAsync() => Writer.ControlAsync(hello, default);

    /// <summary>The next order.</summary>
    public async Task<SiteCommand> OrderAsync()
    {
        var message = (await Reader.ControlAsync(default))!;
        At = message.Position;
        return message.Command;
    }

    /// <summary>What the server answers to a message that came again or too late.</summary>
    public async Task<ServerMessage> StandingAsync()
    {
        var message = (await Reader.ControlAsync(default))!;
        Assert.NotNull(message.Standing);
        return message;
    }

    /// <summary>The next order, with the model behind it.</summary>
    public async Task<SiteCommand> TrainOrderAsync(Study study)
    {
        var order = await OrderAsync();
        await ModelFrames.ReadAsync(Reader, order.Train.Travelling, study, default);
        return order;
    }

    /// <summary>An update, whatever its numbers are.</summary>
    public async Task UpdateAsync(long command, Model parts, params NamedArray[] travelling)
    {
        await AnnounceAsync(command, travelling);
        await PartsAsync(parts, travelling);
    }

    /// <summary>An update without the tensors that belong to it.</summary>
    public Task AnnounceAsync(long command, params NamedArray[] travelling) =>
        ReplyAsync(new SiteReply { Command = command, Update = new() { Figures = Figures, Travelling = { ModelFrames.Announced(travelling) } } });

    /// <summary>The tensors of an update.</summary>
    public async Task PartsAsync(Model parts, params NamedArray[] travelling)
    {
        foreach (var array in parts.Named().Concat(travelling)) await Writer.ArrayAsync(array, default);
    }

    public Task ReplyAsync(SiteReply reply, Action<Position>? change = null) => SayAsync(new SiteMessage { Reply = reply }, change);

    public Task StepAsync(int step, Action<Position>? change = null) => SayAsync(new SiteMessage { Step = new SiteStep { Loss = 1 } }, at =>
    {
        at.Step = step;
        change?.Invoke(at);
    });

    /// <summary>Says something that belongs to the last order.</summary>
    public Task SayAsync(SiteMessage message, Action<Position>? change = null)
    {
        message.Position = At.Clone();
        change?.Invoke(message.Position);
        return Writer.ControlAsync(message, default);
    }

    /// <summary>A header without the bytes that belong to it.</summary>
    public Task HeaderAsync(NamedArray array, Action<TensorHeader>? change = null)
    {
        var header = new TensorSpec(array.Name, DataType.Float32, array.Shape).Header();
        change?.Invoke(header);
        return call.RequestStream.WriteAsync(TensorFrame<SiteMessage>.Of(header));
    }

    public Task ChunkAsync(int bytes) => call.RequestStream.WriteAsync(TensorFrame<SiteMessage>.Of(new byte[bytes]));

    public Task EndAsync() => call.RequestStream.CompleteAsync();

    /// <summary>What the server says to all this.</summary>
    public async Task<Exception> RefusalAsync() => (await RefusedAsync()).Refusal;

    /// <summary>What the server says to all this, and where the study stands.</summary>
    public async Task<(Exception Refusal, Position? Stand)> RefusedAsync()
    {
        var ended = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await Reader.ControlAsync(default) is not null) { }
        });
        return (Assert.IsAssignableFrom<Exception>(WireRefusal.From(ended)), WireRefusal.StandOf(ended));
    }

    public void Dispose() => call.Dispose();
}
