using RosFL.Networks.Layers;
using RosFL.Networks.Onnx;
using static TorchSharp.torch;

namespace RosFL.Networks;

/// <summary>
/// The narrow cut as two levels with no skip, one on each side of the cut: four linear layers that belong to the network, split or not.
/// The site's level squeezes to few channels (and a stride) on the way down and restores on the way up; the body's does the opposite.
/// </summary>
public static class Narrow
{
    /// <summary>The site's side: <paramref name="down"/> channels come from the levels above, <paramref name="up"/> channels are owed to them.</summary>
    public static Level AtSite(LayerOptions options, int down, int up, int channels, int stride) => new SiteSide(options, down, up, channels, stride);

    /// <summary>The body's side, between the cut and the levels below.</summary>
    public static Level AtBody(LayerOptions options, int down, int up, int channels, int stride) => new BodySide(options, down, up, channels, stride);

    // kernel 2s-1 and padding s-1 give exactly ceil(size / s)
    private static Convolution Squeeze(LayerOptions o, int input, int channels, int stride) => new(o, input, channels, 2 * stride - 1, stride, stride - 1);

    private static TransposedConvolution Restore(LayerOptions o, int channels, int output, int stride) => new(o, channels, output, 2 * stride - 1, stride, stride - 1);

    private sealed class SiteSide(LayerOptions options, int down, int up, int channels, int stride) : Level
    {
        private readonly Convolution squeeze = Squeeze(options, down, channels, stride);
        private readonly TransposedConvolution restore = Restore(options, channels, up, stride);

        public override IReadOnlyList<NamedModule> Left => [new("narrow.site.squeeze", squeeze)];

        public override IReadOnlyList<NamedModule> Right => [new("narrow.site.restore", restore)];

        // the skip carries the size alone: no values, one channel wide view of the input
        public override (Tensor Down, Tensor? Skip) Descend(Tensor x) => (squeeze.call(x), x.detach().narrow(1, 0, 1));

        public override Tensor Ascend(Tensor x, Tensor? skip) => restore.To(x, skip!.shape.AsSpan(2));

        public override (string Down, string? Skip) Descend(OnnxGraph onnx, string x) => (squeeze.Write(onnx, x), x);

        public override string Ascend(OnnxGraph onnx, string x, string? skip) => restore.Write(onnx, x, skip!);
    }

    private sealed class BodySide(LayerOptions options, int down, int up, int channels, int stride) : Level
    {
        private readonly TransposedConvolution restore = Restore(options, channels, down, stride);
        private readonly Convolution squeeze = Squeeze(options, up, channels, stride);

        public override IReadOnlyList<NamedModule> Left => [new("narrow.body.restore", restore)];

        public override IReadOnlyList<NamedModule> Right => [new("narrow.body.squeeze", squeeze)];

        // the body does not know the size before the stride and needs not: a full multiple squeezes back to the same size
        public override (Tensor Down, Tensor? Skip) Descend(Tensor x) =>
            (restore.To(x, [.. x.shape.Skip(2).Select(side => side * stride)]), null);

        public override Tensor Ascend(Tensor x, Tensor? skip) => squeeze.call(x);

        public override (string Down, string? Skip) Descend(OnnxGraph onnx, string x) => (restore.WriteLargest(onnx, x), null);

        public override string Ascend(OnnxGraph onnx, string x, string? skip) => squeeze.Write(onnx, x);
    }
}
