using Grpc.Core;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;

namespace RosFL.Tests.Grpc.Wire;

/// <summary>A stream carries control messages and arrays of any size both ways, and a reader takes nothing but what it expects.</summary>
public sealed class TensorFrameTests
{
    private static NamedArray Array(string name, params long[] shape) =>
        new(name, shape, [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(i => i / 7f)]);

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(131072)]
    [InlineData(131073)]
    [InlineData(1000000)]
    public async Task Array_ofAnySize_returnsAsItWas(int length)
    {
        var sent = Array("w", length);
        await using var server = await ServerAsync(new EchoService("w", [length]));
        using var channel = server.Channel();
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(EchoService.Method, null, new CallOptions());
        var (writer, reader) = (new TensorFrameWriter<Position>(call.RequestStream), new TensorFrameReader<Position>(call.ResponseStream));
        for (var step = 0; step < 2; step++)
        {
            await writer.ControlAsync(new Position { Study = "s", Step = step }, default);
            await writer.ArrayAsync(sent, default);
            Assert.Equal(step, (await reader.ControlAsync(default))!.Step);
            Assert.Equal(sent.Values, (await reader.ArrayAsync("w", [length], default)).Values);
        }
        await call.RequestStream.CompleteAsync();
        Assert.Null(await reader.ControlAsync(default));
    }

    [Theory]
    [InlineData("v", 4, 6, "is named 'v' where 'w' must come")]
    [InlineData("w", 6, 4, "has shape [6,4], the study's is [4,6]")]
    [InlineData("w", 4, 7, "has shape [4,7], the study's is [4,6]")]
    public async Task Array_otherThanExpected_isRefused(string name, int first, int second, string part)
    {
        var ended = await EndOf(async writer =>
        {
            await writer.ControlAsync(new Position(), default);
            await writer.ArrayAsync(Array(name, first, second), default);
        });
        var refusal = Assert.IsType<RosflException>(ended);
        Assert.Equal(ExitCode.Protocol, refusal.Code);
        Assert.Contains(part, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_whereATensorMustCome_isRefused()
    {
        var ended = await EndOf(async writer =>
        {
            await writer.ControlAsync(new Position(), default);
            await writer.ControlAsync(new Position(), default);
        });
        Assert.Contains("no tensor where 'w' must come", ended!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_thatEndsInsideATensor_isRefused()
    {
        var ended = await EndOf(async writer =>
        {
            await writer.ControlAsync(new Position(), default);
            await writer.TensorAsync(new TensorSpec("w", DataType.Float32, [4, 6]).Header(), new byte[80], default);
        });
        Assert.Equal("Tensor 'w' ends after 80 of 96 bytes.", ended!.Message);
    }

    [Fact]
    public async Task Chunk_beyondTheTensor_isRefused()
    {
        var ended = await EndOf(async writer =>
        {
            await writer.ControlAsync(new Position(), default);
            await writer.TensorAsync(new TensorSpec("w", DataType.Float32, [4, 6]).Header(), new byte[97], default);
        });
        Assert.Contains("97 bytes where 96 are missing", ended!.Message, StringComparison.Ordinal);
    }

    private static Task<LoopbackServer> ServerAsync(EchoService service) => LoopbackServer.StartAsync(service, services =>
        services.AddTensorMethod(EchoService.Method, (EchoService echo, IAsyncStreamReader<TensorFrame<Position>> requests, IServerStreamWriter<TensorFrame<Position>> replies, ServerCallContext call) =>
            echo.Exchange(requests, replies, call)));

    /// <summary>What the server says to a client that sends this and ends its stream.</summary>
    private static async Task<Exception?> EndOf(Func<TensorFrameWriter<Position>, Task> send)
    {
        var service = new EchoService("w", [4, 6]);
        await using var server = await ServerAsync(service);
        using var channel = server.Channel();
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(EchoService.Method, null, new CallOptions());
        try
        {
            await send(new TensorFrameWriter<Position>(call.RequestStream));
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception ended) when (ended is RpcException or InvalidOperationException)
        {
            // a server that has refused ends the call while we still write
        }
        return await service.Ended.Task;
    }
}
