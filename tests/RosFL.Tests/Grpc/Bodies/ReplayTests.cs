using Microsoft.Extensions.Time.Testing;
using RosFL.Federation;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Wire;
using RosFL.Runs;
using RosFL.Tests.Training;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Bodies;

/// <summary>A repeated request is answered again and never applied again, on the same stream or on a new one; an old one is refused.</summary>
public sealed class ReplayTests : IAsyncLifetime
{
    private readonly TorchThread thread = new("site", 1);
    private BodyServerHost server = null!; // both set before the first test, by xunit
    private LinkedStudy linked = null!;

    public async ValueTask InitializeAsync()
    {
        server = await BodyServerHost.StartAsync();
        linked = await LinkedStudy.ServedAsync(thread, BodyLinkConformance.Run(BodyLinkConformance.Plain), server);
        await linked.BeginAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await linked.DisposeAsync();
        await server.DisposeAsync();
        thread.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_sentTwice_isAnsweredTwiceAndAppliedOnce(bool reconnects)
    {
        using var first = await RawStream.OpenAsync(server, linked);
        var forward = await ExchangeAsync(first, 0, backward: false, seed: 1);
        using var second = reconnects ? await RawStream.OpenAsync(server, linked) : first;
        Assert.Equal(forward, await ExchangeAsync(second, 0, backward: false, seed: 2));
        var backward = await ExchangeAsync(second, 0, backward: true, seed: 3);
        Assert.Equal(1, linked.Server!.Steps[LinkedStudy.Site]);
        using var third = reconnects ? await RawStream.OpenAsync(server, linked) : second;
        Assert.Equal(backward, await ExchangeAsync(third, 0, backward: true, seed: 4));
        Assert.Equal(1, linked.Server.Steps[LinkedStudy.Site]);
        await ExchangeAsync(third, 1, backward: false, seed: 5);
        await ExchangeAsync(third, 1, backward: true, seed: 6);

        // the body took two steps, with the tensors of the first sending
        var twice = await linked.BodyAsync(steps: 2);
        Assert.Equal(await UndisturbedAsync(), Convert.ToHexStringLower(twice.Hash()));
    }

    [Fact]
    public async Task Request_ofAStepThatIsOver_isRefusedWithWhereTheStudyStands()
    {
        using var stream = await RawStream.OpenAsync(server, linked);
        await ExchangeAsync(stream, 0, backward: false, seed: 1);
        await ExchangeAsync(stream, 0, backward: true, seed: 3);
        await stream.ForwardAsync(0);
        var (refusal, stand) = await stream.RefusalAsync();
        Assert.Equal("Step 0 forward of site 'north' came where step 1 forward of round 1, attempt 1, is due.", refusal.Message);
        Assert.Equal((0, 1, 1), (stand!.Round, stand.Attempt, stand.Step));
    }

    [Fact]
    public async Task Attempt_thatFollows_beginsAtTheRoundsStart()
    {
        using var stream = await RawStream.OpenAsync(server, linked);
        await ExchangeAsync(stream, 0, backward: false, seed: 1);
        await ExchangeAsync(stream, 0, backward: true, seed: 3);
        using var again = new RawStream(server, linked) { Attempt = 2 };
        await again.HelloAsync();
        Assert.NotNull((await again.Reader.ControlAsync(default))!.Welcome);
        Assert.Equal(0, linked.Server!.Steps[LinkedStudy.Site]);
        await TwoStepsAsync(again);
        Assert.Equal(await UndisturbedAsync(), Convert.ToHexStringLower((await linked.BodyAsync(steps: 2, attempt: 2)).Hash()));

        using var old = new RawStream(server, linked);
        await old.HelloAsync();
        Assert.IsType<RoundLostException>((await old.RefusalAsync()).Refusal);
    }

    [Fact]
    public async Task Site_thatAsksNothingForTooLong_losesItsReplica()
    {
        var time = new FakeTimeProvider();
        var limits = new BodyLimits { Time = time };
        await using var impatient = await BodyServerHost.StartAsync(limits);
        await using var study = await LinkedStudy.ServedAsync(thread, BodyLinkConformance.Run(BodyLinkConformance.Plain), impatient);
        await study.BeginAsync();
        using var stream = await RawStream.OpenAsync(impatient, study);
        await ExchangeAsync(stream, 0, backward: false, seed: 1);
        var ended = Assert.ThrowsAnyAsync<Exception>(() => stream.Reader.ControlAsync(default)); // by the server
        await time.PassUntilAsync(TimeSpan.FromSeconds(limits.IdleSeconds), () => ended.IsCompleted && study.Server!.Steps.Count == 0);
        await ended;
        using var back = new RawStream(impatient, study);
        await back.HelloAsync();
        var lost = Assert.IsType<RoundLostException>((await back.RefusalAsync()).Refusal);
        Assert.Contains("Attempt 1 of site 'north' in round 1 was dropped", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Optimizer_thatFailsAfterTheAnswer_losesTheAttemptAndNothingIsCountedOfIt()
    {
        var broken = true;
        await using var study = await LinkedStudy.ServedAsync(
            thread, BodyLinkConformance.Run(BodyLinkConformance.Plain) with { Name = "broken" }, server, around: body => broken ? new FailingOptimizer(body) : body);
        await study.BeginAsync();
        using var stream = await RawStream.OpenAsync(server, study);
        await ExchangeAsync(stream, 0, backward: false, seed: 1);
        await ExchangeAsync(stream, 0, backward: true, seed: 3); // has its answer
        Assert.Equal("The computation server failed on a request of site 'north' with InvalidOperationException: see its log.", (await stream.RefusalAsync()).Refusal.Message);
        Assert.Empty(study.Server!.Steps);

        using var back = new RawStream(server, study);
        await back.HelloAsync();
        var lost = Assert.IsType<RoundLostException>((await back.RefusalAsync()).Refusal);
        Assert.Equal("Attempt 1 of site 'north' in round 1 was dropped: Its body failed.", lost.Message);

        broken = false;
        using var again = new RawStream(server, study) { Attempt = 2 };
        await again.HelloAsync();
        Assert.NotNull((await again.Reader.ControlAsync(default))!.Welcome);
        await TwoStepsAsync(again);
        Assert.Equal(await UndisturbedAsync(), Convert.ToHexStringLower((await study.BodyAsync(steps: 2, attempt: 2)).Hash()));
    }

    /// <summary>The body after two steps that nothing disturbed.</summary>
    private async Task<string> UndisturbedAsync()
    {
        await using var other = await LinkedStudy.ServedAsync(thread, BodyLinkConformance.Run(BodyLinkConformance.Plain) with { Name = "undisturbed" }, server);
        await other.BeginAsync();
        using var stream = await RawStream.OpenAsync(server, other);
        await TwoStepsAsync(stream);
        return Convert.ToHexStringLower((await other.BodyAsync(steps: 2)).Hash());
    }

    private static async Task TwoStepsAsync(RawStream stream)
    {
        await ExchangeAsync(stream, 0, backward: false, seed: 1);
        await ExchangeAsync(stream, 0, backward: true, seed: 3);
        await ExchangeAsync(stream, 1, backward: false, seed: 5);
        await ExchangeAsync(stream, 1, backward: true, seed: 6);
    }

    /// <summary>Sends numbers that follow from the seed and gives the answer's.</summary>
    private static async Task<float[]> ExchangeAsync(RawStream stream, int step, bool backward, int seed)
    {
        if (backward) await stream.ForwardAsync(step, r => r.Backward = r.Forward.Clone());
        else await stream.ForwardAsync(step);
        var header = stream.Header(backward ? "features-gradient" : "smashed");
        var numbers = new NamedArray(header.Name, [.. header.Shape], [.. Enumerable.Range(0, (int)header.Bytes / 4).Select(i => MathF.Sin(seed * 100 + i))]);
        await stream.Writer.ArrayAsync(numbers, default);
        Assert.Equal(step, (await stream.Reader.ControlAsync(default))!.Position.Step);
        var answer = new TensorSpec(backward ? "smashed-gradient" : "features", DataType.Float32, header.Shape) { MayBeChannelsLast = true };
        await stream.Reader.HeaderAsync(answer, default);
        var values = new float[answer.Bytes / sizeof(float)];
        await stream.Reader.BytesAsync(answer, new ArrayBytes(values).Memory, default);
        return values;
    }
}
