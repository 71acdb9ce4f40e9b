using RosFL.Grpc.Protocol;
using RosFL.Runs;
using RosFL.Training;

namespace RosFL.Tests.Grpc.Bodies;

/// <summary>The link over real TLS on loopback.</summary>
public sealed class GrpcBodyLinkTests : BodyLinkConformance, IAsyncLifetime
{
    private BodyServerHost server = null!; // set before the first test, by xunit

    public async ValueTask InitializeAsync() => server = await BodyServerHost.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData(PayloadKind.Bf16)]
    [InlineData(PayloadKind.Fp16)]
    [InlineData(PayloadKind.Int8)]
    public async Task Steps_atEachPayload_equalTheSimulationsBits(PayloadKind payload)
    {
        using var thread = new TorchThread("site", 1);
        var (plain, run) = (Run(Plain), Run(Plain) with { Wire = Run(Plain).Wire with { Payload = payload } });
        await using var served = await LinkAsync(thread, run);
        await using var local = await LinkedStudy.LocalAsync(thread, run);
        await using var exact = await LinkedStudy.LocalAsync(thread, plain);
        var hash = (await served.TrainAsync(thread, 2, Plain.Space)).Hash();
        Assert.Equal((await local.TrainAsync(thread, 2, Plain.Space)).Hash(), hash);
        Assert.NotEqual((await exact.TrainAsync(thread, 2, Plain.Space)).Hash(), hash);
    }

    /// <summary>The manifest names the layout; the sender's header may not choose another.</summary>
    [Fact]
    public async Task Header_inChannelsLast_ofAContiguousStudy_isRefused()
    {
        using var thread = new TorchThread("site", 1);
        await using var linked = await LinkAsync(thread, Run(Plain with { Layout = MemoryLayout.Contiguous }));
        await linked.BeginAsync();
        using var stream = await RawStream.OpenAsync(server, linked);
        await stream.ForwardAsync(0);
        await stream.HeaderAsync(stream.Header(change: header => header.Layout = TensorLayout.ChannelsLast));
        Assert.Equal("Tensor 'smashed' has memory layout ChannelsLast, the study's is Contiguous.", (await stream.RefusalAsync()).Refusal.Message);
    }

    private protected override Task<LinkedStudy> LinkAsync(TorchThread thread, RunOptions run) => LinkedStudy.ServedAsync(thread, run, server);
}
