using System.Runtime.InteropServices;
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
    private const int Side = 16, Pattern = 12;
    private static readonly float[] Pixels = [.. Enumerable.Range(0, Pattern).Select(i => 0.123f + i * 0.0617f)];
    private static readonly long[] Labels = [1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1];

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
    [InlineData(PayloadKind.Fp16)]
    [InlineData(PayloadKind.Int8)]
    public async Task Training_overTheNetwork_carriesNoPixelAndNoLabel(PayloadKind payload) =>
        Assert.Empty(await FoundAsync(payload, (link, _) => link));

    [Fact]
    public async Task Link_thatLetsPixelsThrough_isFoundOut() =>
        Assert.Contains("pixels as float32", await FoundAsync(PayloadKind.Fp32, (link, batch) => new LeakingLink(link, batch.Images)));

    [Fact]
    public async Task Link_thatLetsLabelsThrough_isFoundOut() =>
        Assert.Contains("labels as float32", await FoundAsync(PayloadKind.Fp32, (link, batch) => new LeakingLink(link, batch.Targets)));

    /// <summary>Trains a step over the network and looks for the patterns in all that was carried.</summary>
    private static async Task<IReadOnlyList<string>> FoundAsync(PayloadKind payload, Func<IBodyLink, Batch, IBodyLink> wrap)
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
            var batch = Planted();
            using var link = wrap(linked.Open(), batch);
            new TrainingStep(part, link, linked.Study.NewLoss()).Run(batch, new StepTime(0, 0, 1));
        });
        // head's output alone is 2 x 8 x 8 numbers: that the capture works at all is part of the proof
        Assert.True(capture.Length > 4 * 2 * 2 * 8 * 8);
        return [.. Encodings().Where(e => capture.Contains(e.Bytes)).Select(e => e.Name)];
    }

    /// <summary>Two images whose every row begins with the patterns.</summary>
    private static Batch Planted()
    {
        var images = randn([2, 1, Side, Side], generator: Seeds.Generator(7));
        var labels = zeros([2, Side, Side], ScalarType.Int64);
        images[TensorIndex.Ellipsis, ..Pattern] = tensor(Pixels);
        labels[TensorIndex.Ellipsis, ..Pattern] = tensor(Labels);
        return new Batch(images, labels, null);
    }

    /// <summary>The patterns in every number type in which a careless sender might write them.</summary>
    private static IEnumerable<(string Name, byte[] Bytes)> Encodings()
    {
        float[] labels = [.. Labels.Select(l => (float)l)];
        yield return ("pixels as float32", Bytes(Pixels.AsSpan(0, 4)));
        yield return ("pixels as float64", Bytes<double>([.. Pixels.Take(4).Select(p => (double)p)]));
        yield return ("pixels as float16", Bytes<Half>([.. Pixels.Take(6).Select(p => (Half)p)]));
        yield return ("pixels as bytes", [.. Pixels.Select(p => (byte)MathF.Round(p * 255))]);
        yield return ("labels as float32", Bytes(labels.AsSpan()));
        yield return ("labels as int64", Bytes(Labels.AsSpan()));
        yield return ("labels as int32", Bytes<int>([.. Labels.Select(l => (int)l)]));
        yield return ("labels as bytes", [.. Labels.Select(l => (byte)l)]);
    }

    private static byte[] Bytes<T>(Span<T> values) where T : struct => MemoryMarshal.AsBytes(values).ToArray();

    /// <summary>Overwrites the beginning of the smashed values with a row of what must stay at the site.</summary>
    private sealed class LeakingLink(IBodyLink inner, Tensor secret) : IBodyLink
    {
        public Tensor Forward(Tensor smashed, StepTime time)
        {
            var leaking = smashed.clone().contiguous();
            leaking.view(-1)[..Pattern] = secret.reshape(-1)[..Pattern].to(ScalarType.Float32);
            return inner.Forward(leaking, time);
        }

        public Tensor Backward(Tensor featuresGradient, StepTime time) => inner.Backward(featuresGradient, time);

        public Tensor Infer(Tensor smashed) => inner.Infer(smashed);

        public void Dispose() => inner.Dispose();
    }
}
