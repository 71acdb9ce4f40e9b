using RosFL.Networks.Layers;
using RosFL.Networks.Onnx;
using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace RosFL.Networks;

/// <summary>
/// RED-CNN (Chen et al. 2017) as RoS-FL cuts it: five convolutions and five transposed ones, 5x5, no padding, C channels everywhere,
/// residuals at the input, after layer 2 and after layer 4. Each convolution takes 4 pixels off either axis.
/// </summary>
public static class RedCnn
{
    public const int LevelCount = 4;

    public static NetworkDefinition Define(NetworkOptions options, LayerOptions layers)
    {
        var c = options.Channels;
        var conv5 = new Convolution(layers, c, c, 5);
        var tconv1 = new TransposedConvolution(layers, c, c, 5);
        Level[] levels =
        [
            new ResidualLevel(layers, "conv1", "tconv5", options.InputChannels, c, options.OutputChannels, activateSum: true),
            new PlainLevel(layers, "conv2", "tconv4", c),
            new ResidualLevel(layers, "conv3", "tconv3", c, c, c, activateSum: false),
            new PlainLevel(layers, "conv4", "tconv2", c),
        ];
        Tensor Bottom(Tensor a4) => tconv1.call(relu(conv5.call(a4))).Plus(a4);
        string OnnxBottom(OnnxGraph onnx, string a4) => onnx.Sum(tconv1.Write(onnx, onnx.Relu(conv5.Write(onnx, a4))), a4);
        var network = new UNetwork(levels, [new("conv5", conv5), new("tconv1", tconv1)], Bottom, OnnxBottom);
        return new NetworkDefinition(network, [c, c, c, c], [c, c, c, c]) { SmallestSide = 21 };
    }

    /// <summary>Down relu(conv(x)) with x as the skip; up tconv(relu(u)) + x.</summary>
    private sealed class ResidualLevel(LayerOptions o, string left, string right, int input, int channels, int output, bool activateSum) : Level
    {
        private readonly Convolution conv = new(o, input, channels, 5);
        private readonly TransposedConvolution tconv = new(o, channels, output, 5);

        public override IReadOnlyList<NamedModule> Left => [new(left, conv)];

        public override IReadOnlyList<NamedModule> Right => [new(right, tconv)];

        public override (Tensor Down, Tensor? Skip) Descend(Tensor x) => (relu(conv.call(x)), x);

        public override Tensor Ascend(Tensor x, Tensor? skip)
        {
            var sum = tconv.call(relu(x)).Plus(skip!);
            return activateSum ? relu(sum) : sum;
        }

        public override (string Down, string? Skip) Descend(OnnxGraph onnx, string x) => (onnx.Relu(conv.Write(onnx, x)), x);

        public override string Ascend(OnnxGraph onnx, string x, string? skip)
        {
            var sum = onnx.Sum(tconv.Write(onnx, onnx.Relu(x)), skip!);
            return activateSum ? onnx.Relu(sum) : sum;
        }
    }

    /// <summary>Down relu(conv(x)), no skip; up tconv(relu(u)).</summary>
    private sealed class PlainLevel(LayerOptions o, string left, string right, int channels) : Level
    {
        private readonly Convolution conv = new(o, channels, channels, 5);
        private readonly TransposedConvolution tconv = new(o, channels, channels, 5);

        public override IReadOnlyList<NamedModule> Left => [new(left, conv)];

        public override IReadOnlyList<NamedModule> Right => [new(right, tconv)];

        public override (Tensor Down, Tensor? Skip) Descend(Tensor x) => (relu(conv.call(x)), null);

        public override Tensor Ascend(Tensor x, Tensor? skip) => tconv.call(relu(x));

        public override (string Down, string? Skip) Descend(OnnxGraph onnx, string x) => (onnx.Relu(conv.Write(onnx, x)), null);

        public override string Ascend(OnnxGraph onnx, string x, string? skip) => tconv.Write(onnx, onnx.Relu(x));
    }
}
