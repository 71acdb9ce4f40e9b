using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using RosFL.Grpc.Bodies;
using RosFL.Grpc.Protocol;
using RosFL.Grpc.Trust;
using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Grpc.Bodies;

/// <summary>
/// The table of docs/security.md for tensors: every wrong message is refused in one sentence, before memory is taken for it, and the study
/// stands where it stood: the same site then does its steps and has the bits of an undisturbed one.
/// </summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private static readonly RunOptions Run = BodyLinkConformance.Run(BodyLinkConformance.Plain);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider time = new();
    private readonly TorchThread thread = new("site", 1);
    private BodyServerHost server = null!; // both set before the first test, by xunit
    private LinkedStudy linked = null!;

    public async ValueTask InitializeAsync()
    {
        server = await BodyServerHost.StartAsync(new BodyLimits { Time = time, IdleSeconds = TimeSpan.SecondsPerDay });
        linked = await LinkedStudy.ServedAsync(thread, Run, server);
        await linked.BeginAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await linked.DisposeAsync();
        await server.DisposeAsync();
        thread.Dispose();
    }

    public static TheoryData<string, Action<TensorHeader>, string> WrongHeaders => new()
    {
        { "wrong dtype", h => h.Type = DataType.Bfloat16, "Tensor 'smashed' has type Bfloat16, the study's is Float32." },
        { "wrong rank", h => h.Shape.Add(1), "Tensor 'smashed' has shape [2,2,6,7,1], the study's is [2,2,6,7]." },
        { "swapped dimensions, equal bytes", h => (h.Shape[2], h.Shape[3]) = (7, 6), "Tensor 'smashed' has shape [2,2,7,6], the study's is [2,2,6,7]." },
        { "length lies", h => h.Bytes++, "Tensor 'smashed' announces 673 bytes, its shape and type take 672." },
        { "huge length", h => h.Bytes = long.MaxValue, "Tensor 'smashed' announces 9223372036854775807 bytes, its shape and type take 672." },
        { "another tensor", h => h.Name = "labels", "A tensor is named 'labels' where 'smashed' must come." },
        { "unknown layout", h => h.Layout = (TensorLayout)7, "Tensor 'smashed' has memory layout 7, which is none of 0..1." },
    };

    [Theory]
    [MemberData(nameof(WrongHeaders))]
    public Task Header_otherThanTheStudys_isRefused(string what, Action<TensorHeader> change, string sentence) => RefusedAsync(what, sentence, async stream =>
    {
        await stream.ForwardAsync(0);
        await stream.HeaderAsync(stream.Header(change: change));
    });

    public static TheoryData<string, Action<BodyStep>, string> WrongSteps => new()
    {
        { "batch 0", s => s.Batch = 0, "A step has a batch of 0; in study 'run' it is 1 to 4." },
        { "batch below 0", s => s.Batch = -1, "A step has a batch of -1; in study 'run' it is 1 to 4." },
        { "batch too large", s => s.Batch = 5, "A step has a batch of 5; in study 'run' it is 1 to 4." },
        { "another size", s => s.Size[0] = 14, "A step has smashed values of 14x7 pixels; in study 'run' they are 6x7." },
        { "no size", s => s.Size.Clear(), "A step has smashed values of  pixels; in study 'run' they are 6x7." },
        { "no steps", s => s.StepsInRound = 0, "A round has 0 steps; it is 1 to 10000000." },
    };

    [Theory]
    [MemberData(nameof(WrongSteps))]
    public Task Step_otherThanTheStudys_isRefused(string what, Action<BodyStep> change, string sentence) =>
        RefusedAsync(what, sentence, stream => stream.ForwardAsync(0, request => change(request.Forward)));

    public static TheoryData<string, Action<BodyRequest>, string> WrongHellos => new()
    {
        { "unknown study", r => r.Position.Study = "other\n", "Study 'other?' is unknown to this computation server: check the study's id." },
        { "another site's id", r => r.Position.Site = "south", "site/north sent a message in the name of 'south': a party speaks for itself alone" },
        { "another round", r => r.Position.Round = 7, "Site 'north' would train round 8 of study 'run', attempt 1, and the computation server trains round 1 of study 'run', attempt 1." },
        { "an old attempt", r => r.Position.Attempt = 0, "Site 'north' would train round 1 of study 'run', attempt 0, and the computation server trains round 1 of study 'run', attempt 1." },
        { "another manifest", r => r.Hello.Manifest = "another", "Site 'north' holds another manifest of study 'run' (another) than this computation server (made): 'rosfl study diff' shows what differs; approve the same one." },
        { "old client", r => r.Hello.Version.Major = 0, "The program of site 'north' speaks protocol 0.0, this one 2.0: update the older of the two." },
        { "client without a version", r => r.Hello.Version = null, "The program of site 'north' speaks protocol without a version, this one 2.0: update the older of the two." },
        { "no position", r => r.Position = null, "The first message of a stream must be a hello with a position: update the program of the site." },
    };

    [Theory]
    [MemberData(nameof(WrongHellos))]
    public async Task Hello_otherThanTheStudys_isRefused(string what, Action<BodyRequest> change, string part)
    {
        using (var stream = new RawStream(server, linked))
        {
            await stream.HelloAsync(change);
            Assert.True((await stream.RefusalAsync()).Refusal.Message.Contains(part, StringComparison.Ordinal), what);
        }
        await GoesOnAsync();
    }

    [Fact]
    public async Task Hello_ofANewerMinorVersion_isWelcome()
    {
        using var stream = new RawStream(server, linked);
        await stream.HelloAsync(r => r.Hello.Version.Minor = 9);
        Assert.Equal(0, (await stream.Reader.ControlAsync(default))!.Welcome.Version.Minor);
    }

    [Fact]
    public async Task Stream_thatNeverSaysHello_isEnded()
    {
        using var stream = new RawStream(server, linked);
        await stream.Writer.ControlAsync(new BodyRequest(), default); // opens the call; not a hello
        Assert.Contains("must be a hello", (await stream.RefusalAsync()).Refusal.Message, StringComparison.Ordinal);
        using var silent = new RawStream(server, linked);
        var refusal = silent.RefusalAsync();
        await time.PassUntilAsync(Second, () => refusal.IsCompleted);
        Assert.Equal("The site took longer than 10 s for its first message: check its connection, or raise limits in the server's configuration.", (await refusal).Refusal.Message);
    }

    [Fact]
    public Task Message_ofAnotherSiteInsideAStream_isRefused() => RefusedAsync("site inside", "A message came for another study, site, round or attempt than its stream's, round 1 and attempt 1 of site 'north'.",
        stream => stream.ForwardAsync(0, r => r.Position.Site = "south"));

    [Fact]
    public Task Stream_thatEndsInsideATensor_isRefused() => RefusedAsync("truncated", "Tensor 'smashed' ends after 671 of 672 bytes.", async stream =>
    {
        await stream.ForwardAsync(0);
        await stream.HeaderAsync(stream.Header());
        await stream.ChunkAsync(671);
        await stream.EndAsync();
    }, allocates: true);

    [Fact]
    public Task Chunk_beyondTheTensor_isRefused() => RefusedAsync("too long", "A chunk has 673 bytes where 672 are missing: a tensor has as many bytes as its header says.", async stream =>
    {
        await stream.ForwardAsync(0);
        await stream.HeaderAsync(stream.Header());
        await stream.ChunkAsync(673);
    }, allocates: true);

    [Fact]
    public Task Chunk_withoutAHeader_isRefused() => RefusedAsync("no header", "A chunk of 4 bytes came where no tensor was announced.", async stream =>
    {
        await stream.ForwardAsync(0);
        await stream.ChunkAsync(4);
    });

    [Fact]
    public Task Drip_slowerThanTheSlowestRate_isEnded() => RefusedAsync("slow drip", "The site took longer than 10 s for sending 'smashed'", async stream =>
    {
        await stream.ForwardAsync(0);
        await stream.HeaderAsync(stream.Header());
        await stream.ChunkAsync(1);
    }, allocates: true, limit: true);

    [Theory]
    [InlineData(float.NaN, "has numbers that are not finite")]
    [InlineData(float.PositiveInfinity, "has numbers that are not finite")]
    [InlineData(3e38f, "has numbers that are not finite or too large")]
    [InlineData(1e9f, "has root mean square")]
    public Task Numbers_thatNoTrainingMakes_areRefused(float number, string part) => RefusedAsync("numbers", part, async stream =>
    {
        await stream.ForwardAsync(0);
        await stream.Writer.TensorAsync(stream.Header(), NumberBytes(number), default);
    }, allocates: true);

    [Fact]
    public async Task Message_largerThanAnyLegalOne_isRefusedUnread()
    {
        using var unlimited = server.Credentials(LinkedStudy.Site).NewChannel(server.Address, PartyRole.ComputationServer, options: o => o.MaxSendMessageSize = null);
        using (var stream = await RawStream.OpenAsync(server, linked, invoker: unlimited.CreateCallInvoker()))
        {
            var sending = stream.ForwardAsync(0, r => r.Position.Study = new string('x', 2 << 20));
            var ended = await Assert.ThrowsAsync<RpcException>(() => stream.Reader.ControlAsync(default));
            Assert.Equal((StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."), (ended.StatusCode, ended.Status.Detail));
            await sending.ContinueWith(_ => { }, TaskScheduler.Default); // the call may have ended under it
        }
        await GoesOnAsync();
    }

    [Fact]
    public async Task Step_outOfTurn_isRefusedWithWhereTheStudyStands()
    {
        using (var stream = await RawStream.OpenAsync(server, linked))
        {
            await stream.ForwardAsync(5);
            var (refusal, stand) = await stream.RefusalAsync();
            Assert.Equal("Step 5 forward of site 'north' came where step 0 forward of round 1, attempt 1, is due.", refusal.Message);
            Assert.Equal((0, 1, 0), (stand!.Round, stand.Attempt, stand.Step));
        }
        await GoesOnAsync();
    }

    /// <summary>Sends, expects the sentence and that nothing was taken or changed.</summary>
    /// <param name="limit">Refused when its time is over.</param>
    private async Task RefusedAsync(string what, string part, Func<RawStream, Task> send, bool allocates = false, bool limit = false)
    {
        using (var stream = await RawStream.OpenAsync(server, linked))
        {
            var before = Tensor.TotalCount;
            await send(stream);
            var refused = stream.RefusalAsync();
            if (limit) await time.PassUntilAsync(Second, () => refused.IsCompleted);
            var refusal = Assert.IsType<RosflException>((await refused).Refusal);
            Assert.True(refusal.Message.Contains(part, StringComparison.Ordinal), $"{what}: {refusal.Message}");
            if (!allocates) Assert.True(Tensor.TotalCount <= before, $"{what}: tensors were made");
        }
        await GoesOnAsync();
    }

    /// <summary>The site does its whole round and has the bits of one that nothing had happened to.</summary>
    private async Task GoesOnAsync()
    {
        Assert.Equal(linked.Server!.Limits.BytesInFlight, linked.Server.BytesFree);
        await using var undisturbed = await LinkedStudy.LocalAsync(thread, Run);
        var expected = await undisturbed.TrainAsync(thread, 2, BodyLinkConformance.Plain.Space);
        Assert.Equal(expected.Hash(), (await linked.TrainBegunAsync(thread, 2, BodyLinkConformance.Plain.Space)).Hash());
    }

    private static byte[] NumberBytes(float number)
    {
        var bytes = new byte[672];
        BitConverter.TryWriteBytes(bytes.AsSpan(400), number);
        return bytes;
    }
}
