using RosFL.Runs;
using RosFL.Tensors;
using RosFL.Training;
using static TorchSharp.torch;

namespace RosFL.Tests.Training;

public class GuardedBodyLinkTests
{
    [Fact]
    public void Forward_beyondClip_scalesEachImageToIt()
    {
        using var scope = NewDisposeScope();
        var sent = Sent(new() { SmashedClip = 1 }, stack([ones(2, 4, 4).Times(3), ones(2, 4, 4).Times(0.5)]));
        Assert.Equal(1f, sent[0, 0, 0, 0].item<float>(), 1e-6f);
        Assert.Equal(0.5f, sent[1, 0, 0, 0].item<float>());
    }

    [Fact]
    public void Forward_noise_hasTheDeviationAskedFor()
    {
        using var scope = NewDisposeScope();
        var noise = Sent(new() { SmashedClip = 2, SmashedNoise = 0.5 }, zeros([1, 8, 64, 64]));
        Assert.Equal(1.0, noise.std().item<float>(), 0.02);
        Assert.Equal(0.0, noise.mean().item<float>(), 0.02);
    }

    [Fact]
    public void Forward_sameStep_drawsTheSameNoise_anotherStepAnother()
    {
        using var scope = NewDisposeScope();
        PrivacyOptions options = new() { SmashedNoise = 0.1 };
        var values = ones([1, 1, 8, 8]);
        Assert.True(Sent(options, values, step: 3).equal(Sent(options, values, step: 3)).all().item<bool>());
        Assert.False(Sent(options, values, step: 3).equal(Sent(options, values, step: 4)).all().item<bool>());
    }

    [Fact]
    public void Backward_beyondClip_scalesEachImageToIt()
    {
        using var scope = NewDisposeScope();
        var sent = SentBack(new() { GradientClip = 1, SmashedClip = 0.1 }, stack([ones(2, 4, 4).Times(3), ones(2, 4, 4).Times(0.5)]));
        Assert.Equal(1f, sent[0, 0, 0, 0].item<float>(), 1e-6f);
        Assert.Equal(0.5f, sent[1, 0, 0, 0].item<float>());
    }

    /// <summary>A multiple of the clip, and where nothing clips of the image's own size.</summary>
    [Theory]
    [InlineData(2, 0.5, 1.0)]
    [InlineData(0, 0.5, 1.5)]
    public void Backward_noise_hasTheDeviationAskedFor(double clip, double noise, double expected)
    {
        using var scope = NewDisposeScope();
        var gradient = ones(1, 8, 64, 64).Times(clip > 0 ? 0 : 3);
        var added = SentBack(new() { GradientClip = clip, GradientNoise = noise, SmashedNoise = 9 }, gradient) - gradient;
        Assert.Equal(expected, added.std().item<float>(), 0.02);
        Assert.Equal(0.0, added.mean().item<float>(), 0.03);
    }

    [Fact]
    public void Backward_noise_isNotThatOfTheSmashedValues()
    {
        using var scope = NewDisposeScope();
        PrivacyOptions options = new() { SmashedNoise = 1, GradientNoise = 1 };
        var values = ones([1, 1, 8, 8]);
        Assert.False(Sent(options, values).equal(SentBack(options, values)).any().item<bool>());
    }

    [Fact]
    public void Backward_region_sendsItsMeanInPlaceOfEveryPosition()
    {
        using var scope = NewDisposeScope();
        var sent = SentBack(new() { GradientRegion = 2 }, tensor(new float[] { 0, 1, 2, 3, 4, 5, 6, 7, 8 }).reshape(1, 1, 3, 3));
        Assert.Equal([2, 2, 3.5f, 2, 2, 3.5f, 6.5f, 6.5f, 8], sent.contiguous().data<float>().ToArray());
    }

    [Theory]
    [InlineData(GradientKind.Exact, 1, 3)]
    [InlineData(GradientKind.Mixed, 2, 2)]
    [InlineData(GradientKind.Withheld, 0, 0)]
    public void Backward_gradient_sendsOwnMeanOfTheBatchOrZeros(GradientKind kind, float first, float second)
    {
        using var scope = NewDisposeScope();
        var sent = SentBack(new() { Gradient = kind }, stack([ones(1, 2, 2), ones(1, 2, 2).Times(3)]));
        Assert.Equal([first, first, first, first, second, second, second, second], sent.contiguous().data<float>().ToArray());
    }

    [Fact]
    public void IsWanted_withoutAnyOption_isFalse() => Assert.False(GuardedBodyLink.IsWanted(new()));

    private static Tensor Sent(PrivacyOptions options, Tensor values, int step = 0)
    {
        using var link = new GuardedBodyLink(new EchoLink(), options, new Seeds(1));
        return link.Forward(values, new StepTime(0, step, 10));
    }

    private static Tensor SentBack(PrivacyOptions options, Tensor gradient)
    {
        using var link = new GuardedBodyLink(new EchoLink(), options, new Seeds(1));
        return link.Backward(gradient, new StepTime(0, 0, 10));
    }

    /// <summary>A body that answers what it is sent.</summary>
    private sealed class EchoLink : IBodyLink
    {
        public Tensor Forward(Tensor smashed, StepTime time) => smashed.alias();

        public Tensor Backward(Tensor featuresGradient, StepTime time) => featuresGradient.alias();

        public Tensor Infer(Tensor smashed) => smashed.alias();

        public void Dispose() { }
    }
}
