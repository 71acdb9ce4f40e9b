using RosFL.Networks.Layers;
using RosFL.Networks.Onnx;
using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Networks;

/// <summary>
/// The U-Net (Ronneberger et al. 2015) with same padding, in 2 or 3 dimensions: C channels in the outermost level, twice as many in each
/// level below. With an attention gate on every skip it is the attention U-Net (Oktay et al. 2018); with the input added to the output
/// the residual U-Net that learns the artefact image after filtered back-projection (Jin et al. 2017, Han and Ye 2018).
/// </summary>
public static class UNet
{
    public static NetworkDefinition Define(NetworkOptions options, LayerOptions layers) => Define(options, layers, attention: false, residual: false);

    public static NetworkDefinition DefineAttention(NetworkOptions options, LayerOptions layers) => Define(options, layers, attention: true, residual: false);

    public static NetworkDefinition DefineResidual(NetworkOptions options, LayerOptions layers) => Define(options, layers, attention: false, residual: true);

    private static NetworkDefinition Define(NetworkOptions options, LayerOptions layers, bool attention, bool residual)
    {
        int Channels(int level) => options.Channels << level;
        var levels = new Level[options.Levels];
        for (var i = 0; i < levels.Length; i++)
        {
            var input = i == 0 ? options.InputChannels : Channels(i - 1);
            levels[i] = new UNetLevel(layers, i, input, Channels(i), i == 0 ? options.OutputChannels : 0, i == 0 ? options.TailBlocks - 1 : 0, attention);
        }
        if (residual) levels[0] = new InputAdded(levels[0], options.InputChannels);
        var bottom = new ConvolutionBlock(layers, Channels(options.Levels - 1), Channels(options.Levels));
        return new NetworkDefinition(
            new UNetwork(levels, [new("bottom", bottom)], bottom.call, bottom.Write),
            [.. Enumerable.Range(0, options.Levels).Select(Channels)],
            [.. Enumerable.Range(1, options.Levels).Select(Channels)])
        { SmallestSide = 1 << options.Levels };
    }

    /// <summary>Down: block, halve. Up: double, (gate the skip,) join the skip, block; the outermost level ends in further blocks, if any, and the 1x1 output layer.</summary>
    private sealed class UNetLevel : Level
    {
        private readonly LayerOptions options;
        private readonly ConvolutionBlock down, up;
        private readonly TransposedConvolution raise;
        private readonly AttentionGate? gate;
        private readonly ConvolutionBlock[] further;
        private readonly Convolution? output;

        public UNetLevel(LayerOptions options, int index, int input, int channels, int outputChannels, int furtherBlocks, bool attention)
        {
            this.options = options;
            down = new ConvolutionBlock(options, input, channels);
            raise = new TransposedConvolution(options, 2 * channels, channels, 2, stride: 2);
            gate = attention ? new AttentionGate(options, channels) : null;
            up = new ConvolutionBlock(options, 2 * channels, channels);
            further = [.. Enumerable.Range(0, furtherBlocks).Select(_ => new ConvolutionBlock(options, channels, channels))];
            output = outputChannels > 0 ? new Convolution(options, channels, outputChannels, 1) : null;
            Left = [new($"down{index}", down)];
            List<NamedModule> right = [new($"raise{index}", raise), new($"up{index}", up)];
            if (gate is not null) right.Add(new($"gate{index}", gate));
            right.AddRange(further.Select((block, i) => new NamedModule($"tail{i + 1}", block)));
            if (output is not null) right.Add(new("output", output));
            Right = right;
        }

        public override IReadOnlyList<NamedModule> Left { get; }

        public override IReadOnlyList<NamedModule> Right { get; }

        public override (Tensor Down, Tensor? Skip) Descend(Tensor x)
        {
            var skip = down.call(x);
            return (options.HalveByMaximum(skip), skip);
        }

        public override Tensor Ascend(Tensor x, Tensor? skip)
        {
            var raised = raise.To(x, skip!.shape.AsSpan(2));
            var joined = up.call(cat([gate is null ? skip : gate.Gate(skip, raised), raised], 1));
            return output is null ? joined : output.call(further.Aggregate(joined, (y, block) => block.call(y)));
        }

        public override (string Down, string? Skip) Descend(OnnxGraph onnx, string x)
        {
            var skip = down.Write(onnx, x);
            return (options.HalveByMaximum(onnx, skip), skip);
        }

        public override string Ascend(OnnxGraph onnx, string x, string? skip)
        {
            var raised = raise.Write(onnx, x, skip!);
            var joined = up.Write(onnx, onnx.Join(gate?.Gate(onnx, skip!, raised) ?? skip!, raised));
            return output is null ? joined : output.Write(onnx, further.Aggregate(joined, (y, block) => block.Write(onnx, y)));
        }
    }

    /// <summary>A level whose result is added to its own input, which rides in front of the inner level's skip.</summary>
    private sealed class InputAdded(Level inner, int inputChannels) : Level
    {
        public override IReadOnlyList<NamedModule> Left => inner.Left;

        public override IReadOnlyList<NamedModule> Right => inner.Right;

        public override (Tensor Down, Tensor? Skip) Descend(Tensor x)
        {
            var (down, skip) = inner.Descend(x);
            return (down, cat([x.to(skip!.dtype), skip], 1));
        }

        public override Tensor Ascend(Tensor x, Tensor? skip)
        {
            var input = skip!.narrow(1, 0, inputChannels);
            return input.Plus(inner.Ascend(x, skip.narrow(1, inputChannels, skip.shape[1] - inputChannels)));
        }

        public override (string Down, string? Skip) Descend(OnnxGraph onnx, string x)
        {
            var (down, skip) = inner.Descend(onnx, x);
            return (down, onnx.Join(x, skip!));
        }

        public override string Ascend(OnnxGraph onnx, string x, string? skip) =>
            onnx.Sum(onnx.Channels(skip!, 0, inputChannels), inner.Ascend(onnx, x, onnx.Channels(skip!, inputChannels, int.MaxValue)));
    }
}
