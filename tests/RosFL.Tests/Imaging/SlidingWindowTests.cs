using RosFL.Imaging;
using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Tests.Imaging;

/// <summary>Windows cover every pixel, blend to the identity, and leave no memory behind.</summary>
public sealed class SlidingWindowTests
{
    public static readonly TheoryData<long[], int[], double> Images = new()
    {
        { [20, 33], [8, 16], 0.5 },
        { [16, 16], [16, 16], 0.5 },
        { [37, 5], [16, 16], 0 },
        { [7, 1], [16, 16], 0.9 },
        { [9, 20, 11], [8, 8, 16], 0.5 },
        { [3, 4, 5], [16, 16, 8], 0.25 },
    };

    [Theory]
    [MemberData(nameof(Images))]
    public void Infer_anIdentityNetwork_returnsTheImage(long[] size, int[] window, double overlap)
    {
        using var scope = NewDisposeScope();
        var image = rand([1, 2, .. size], generator: Seeds.Generator(1));
        var before = scope.DisposablesCount;

        var output = SlidingWindow.Infer(image, window, overlap, 2, x => x.clone());

        Assert.Equal(before + 1, scope.DisposablesCount);
        Assert.Equal(image.shape, output.shape);
        Assert.True((image - output).abs().max().item<float>() < 1e-6);
    }

    [Fact]
    public void Infer_anImageShorterThanTheWindow_isReflectedWherePossible()
    {
        using var scope = NewDisposeScope();
        float[]? seen = null;
        SlidingWindow.Infer(tensor(new[] { 1f, 2, 3 }).view(1, 1, 1, 3), [1, 6], 0, 1, x =>
        {
            seen = x.contiguous().data<float>().ToArray();
            return x;
        });

        Assert.Equal([2, 1, 2, 3, 2, 1], seen!);
    }

    [Fact]
    public void Infer_anAxisTooShortToReflect_repeatsItsEdge()
    {
        using var scope = NewDisposeScope();
        float[]? seen = null;
        SlidingWindow.Infer(tensor(new[] { 1f, 2 }).view(1, 1, 1, 2), [1, 6], 0, 1, x =>
        {
            seen = x.contiguous().data<float>().ToArray();
            return x;
        });

        Assert.Equal([1, 1, 1, 2, 2, 2], seen!);
    }

    [Fact]
    public void Infer_disagreeingWindows_trustTheirCentres()
    {
        using var scope = NewDisposeScope();
        var calls = 0;
        // two windows over 12 pixels, at 0 and 4, answering 0 and 1
        var output = SlidingWindow.Infer(zeros(1, 1, 8, 12), [8, 8], 0.5, 1, x => ones(x.shape).Times(calls++));

        var row = output[0, 0, 0].data<float>().ToArray();
        Assert.Equal(2, calls);
        Assert.Equal([0, 0, 0, 0], row[..4]);
        Assert.Equal([1, 1, 1, 1], row[8..]);
        Assert.True(row[4] < 0.01 && row[5] < row[6] && row[7] > 0.99);
        Assert.Equal(1, row[5] + row[6], 5);
    }

    [Fact]
    public void Infer_outputInHalfPrecisionOfOtherChannels_isBlendedInSinglePrecision()
    {
        using var scope = NewDisposeScope();
        var output = SlidingWindow.Infer(ones(1, 1, 9, 9), [4, 4], 0.5, 3, x => x.expand(1, 3, 4, 4).to(ScalarType.BFloat16));

        Assert.Equal(ScalarType.Float32, output.dtype);
        Assert.Equal([1, 3, 9, 9], output.shape);
    }

    [Fact]
    public void Infer_wrongWindowOverlapOrOutput_isRefused()
    {
        using var scope = NewDisposeScope();
        var image = zeros(1, 1, 8, 8);
        Assert.Throws<RosflException>(() => SlidingWindow.Infer(image, [8], 0.5, 1, x => x));
        Assert.Throws<RosflException>(() => SlidingWindow.Infer(image, [8, 0], 0.5, 1, x => x));
        Assert.Throws<RosflException>(() => SlidingWindow.Infer(image, [8, 8], 1, 1, x => x));
        Assert.Throws<RosflException>(() => SlidingWindow.Infer(image, [4, 4], 0.5, 1, x => x.narrow(2, 0, 2)));
    }
}
