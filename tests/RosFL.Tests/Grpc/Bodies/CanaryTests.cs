using RosFL.Grpc.Trust;
using RosFL.Grpc.Wire;
using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Grpc.Bodies;

/// <summary>Pixels and labels of known patterns never cross the cut, in whatever number type; a link that lets one through is found out.</summary>
public sealed class CanaryTests
{
    private const int Side = 16;

    private static RunOptions Run(PayloadKind payload) => new()
    {
        Task = StudyTask.Segmentation,
        Network = new() { Name = "unet", Channels = 2, Levels = 2, OutputChannels = 2 },
        Algorithm = new() { Name = "splitfed-v1" },
        Data = new() { Phantoms = new() { Size = Side } },
        Wire = new() { Payload = payload },
        Machine = new() { Device = DeviceKind.Cpu, Threads = 1 },
    };

    [Theory]
    [InlineData(PayloadKind.Fp32)]
    [InlineData(PayloadKind.Bf16)]
    [InlineData(PayloadKind.Fp16)]
    [InlineData(PayloadKind.Int8)]
    public async Task Training_overTheNetwork_carriesNoPixelAndNoLabel(PayloadKind payload) =>
        Assert.Empty(await FoundAsync(payload, link => link));

    [Theory]
    [InlineData(PayloadKind.Fp32, "pixels as float32")]
    [InlineData(PayloadKind.Bf16, "pixels as bfloat16")]
    [InlineData(PayloadKind.Fp16, "pixels as float16")]
    public async Task Link_thatLetsPixelsThrough_isFoundOut(PayloadKind payload, string form) =>
        Assert.Contains(form, await FoundAsync(payload, link => new LeakingLink(link, Canary.Pixels)));

    [Fact]
    public async Task Link_thatLetsLabelsThrough_isFoundOut() =>
        Assert.Contains("labels as float32", await FoundAsync(PayloadKind.Fp32, link => new LeakingLink(link, [.. Canary.Labels.Select(l => (float)l)])));

    /// <summary>Trains a step over the network and looks for the patterns in all that was carried.</summary>
    private static async Task<IReadOnlyList<string>> FoundAsync(PayloadKind payload, Func<IBodyLink, IBodyLink> wrap)
    {
        using var thread = new TorchThread("site", 1);
        var capture = new PlainTextCapture();
        await using var server = await BodyServerHost.StartAsync();
        using var channel = server.Credentials(LinkedStudy.Site).NewChannel(server.Address, PartyRole.ComputationServer, "body", WireChannel.Limit, capture.Attach);
        await using var linked = await LinkedStudy.ServedAsync(thread, Run(payload), server, channel.CreateCallInvoker());
        await linked.BeginAsync();
        await thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            using var part = linked.Study.NewSitePart();
            part.Head.Write(linked.Study.InitialOf(PartName.Head));
            part.Tail.Write(linked.Study.InitialOf(PartName.Tail));
            using var link = wrap(linked.Open());
            new TrainingStep(part, link, linked.Study.NewLoss()).Run(Planted(), new StepTime(0, 0, 1));
        });
        // head's output alone is 2 x 8 x 8 numbers: that the capture works at all is part of the proof
        Assert.True(capture.Length > 4 * 2 * 2 * 8 * 8);
        return Canary.FoundBy(capture.Contains);
    }

    /// <summary>Two images whose every row begins with the patterns.</summary>
    private static Batch Planted()
    {
        var images = randn([2, 1, Side, Side], generator: Seeds.Generator(7));
        var labels = zeros([2, Side, Side], ScalarType.Int64);
        images[TensorIndex.Ellipsis, ..Canary.Length] = tensor(Canary.Pixels);
        labels[TensorIndex.Ellipsis, ..Canary.Length] = tensor(Canary.Labels).to(ScalarType.Int64);
        return new Batch(images, labels, null);
    }
}
