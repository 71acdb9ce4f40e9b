using RosFL.Federation;
using RosFL.Runs;
using RosFL.Tests.Training;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Grpc.Bodies;

/// <summary>What every link to a body keeps, wherever the body lives.</summary>
public abstract class BodyLinkConformance
{
    private protected abstract Task<LinkedStudy> LinkAsync(TorchThread thread, RunOptions run);

    internal static readonly StepCase Plain = new("unet", 2, NormalisationKind.Batch, 1, 2, 1, MemoryLayout.ChannelsLast, ComputeKind.Fp32);

    internal static RunOptions Run(StepCase step) => step.Run with
    {
        Algorithm = new() { Name = "splitfed-v1" },
        Wire = new() { ImageSizes = [[.. step.Space.Select(s => (int)s)]] },
    };

    [Theory]
    [InlineData("red-cnn", 2, NormalisationKind.Group)]
    [InlineData("unet", 2, NormalisationKind.Batch)]
    [InlineData("unet", 3, NormalisationKind.Group)]
    [InlineData("residual-unet", 2, NormalisationKind.Instance)]
    [InlineData("attention-unet", 2, NormalisationKind.Group, ComputeKind.Bf16)]
    public async Task Steps_everyCutAndLayout_equalWholeNetworkBits(string network, int dimensions, NormalisationKind normalisation, ComputeKind compute = ComputeKind.Fp32)
    {
        using var thread = new TorchThread("site", 1);
        var different = new List<StepCase>();
        foreach (var step in StepCase.Cuts(network, dimensions, normalisation, compute))
        {
            await using var linked = await LinkAsync(thread, Run(step));
            var split = await linked.TrainAsync(thread, 2, step.Space);
            var whole = await thread.RunAsync(() =>
            {
                using var scope = NewDisposeScope();
                return WholeTraining.Whole(linked.Study, WholeTraining.Batches(linked.Study, 2, step.Space));
            });
            if (split.Hash() != whole.Hash()) different.Add(step);
        }
        Assert.Empty(different);
    }

    [Fact]
    public async Task Answers_areOfTheCallersScope_withoutAGraph()
    {
        using var thread = new TorchThread("site", 1);
        await using var linked = await LinkAsync(thread, Run(Plain));
        await linked.BeginAsync();
        await thread.RunAsync(() =>
        {
            using var link = linked.Open();
            // the first step makes the optimizer's moments, which stay
            using (NewDisposeScope()) link.Backward(ones_like(link.Forward(Smashed(linked), new StepTime(0, 0, 2))), new StepTime(0, 0, 2));
            var before = LiveTensors.OfThisThread;
            using (NewDisposeScope())
            {
                var features = link.Forward(Smashed(linked), new StepTime(0, 1, 2));
                var gradient = link.Backward(ones_like(features), new StepTime(0, 1, 2));
                Assert.False(features.requires_grad);
                Assert.False(gradient.requires_grad);
            }
            Assert.Equal(before, LiveTensors.OfThisThread);
        });
    }

    [Fact]
    public async Task Infer_betweenSteps_isInEvaluationModeAndChangesNothing()
    {
        using var thread = new TorchThread("site", 1);
        await using var linked = await LinkAsync(thread, Run(Plain));
        await linked.BeginAsync();
        var (first, second, alone) = await thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            using var link = linked.Open(training: false);
            var smashed = Smashed(linked)[..1];
            using var body = linked.Study.NewBody();
            body.Part.Write(linked.Study.InitialOf(PartName.Body));
            return (Numbers(link.Infer(smashed)), Numbers(link.Infer(smashed)), Numbers(body.Infer(smashed)));
        });
        Assert.Equal(alone, first);
        Assert.Equal(alone, second);
    }

    [Fact]
    public async Task Backward_withoutForward_isRefused()
    {
        using var thread = new TorchThread("site", 1);
        await using var linked = await LinkAsync(thread, Run(Plain));
        await linked.BeginAsync();
        await thread.RunAsync(() =>
        {
            using var scope = NewDisposeScope();
            using var link = linked.Open();
            Assert.Throws<InvalidOperationException>(() => link.Backward(Smashed(linked), new StepTime(0, 0, 1)));
        });
    }

    [Fact]
    public async Task Step_thatFailsBetweenForwardAndBackward_leavesNothingAndDoesNotCount()
    {
        using var thread = new TorchThread("site", 1);
        await using var linked = await LinkAsync(thread, Run(Plain));
        await linked.BeginAsync();
        await thread.RunAsync(() =>
        {
            var before = LiveTensors.OfThisThread;
            using (NewDisposeScope())
            using (var link = linked.Open())
                link.Forward(Smashed(linked), new StepTime(0, 0, 1));
            Assert.Equal(before, LiveTensors.OfThisThread);
        });
        await Assert.ThrowsAsync<RoundLostException>(() => linked.BodyAsync(steps: 1));
    }

    /// <summary>Smashed values of two made images, in the run's layout.</summary>
    private static Tensor Smashed(LinkedStudy linked)
    {
        using var site = linked.Study.NewSitePart();
        site.Head.Write(linked.Study.InitialOf(PartName.Head));
        using var noGrad = no_grad();
        return site.Levels.Head(WholeTraining.Batches(linked.Study, 1, Plain.Space)[0].Images, out _);
    }

    private static float[] Numbers(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
}
