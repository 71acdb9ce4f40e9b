using RosFL.Networks;
using RosFL.Networks.Layers;
using RosFL.Runs;
using RosFL.Tensors;
using static TorchSharp.torch;

namespace RosFL.Samples.Extend;

/// <summary>A network of our own: two levels of one 3x3 convolution each way, without change of resolution, whose skips are added.</summary>
public static class ShallowNetwork
{
    public static NetworkDefinition Define(NetworkOptions options, LayerOptions layers)
    {
        var c = options.Channels;
        var bottom = new Convolution(layers, c, c, 3, padding: 1);
        Level[] levels =
        [
            new AddedLevel(layers, "outer", options.InputChannels, c, options.OutputChannels),
            new AddedLevel(layers, "inner", c, c, c),
        ];
        var network = new UNetwork(levels, [new("bottom", bottom)], x => layers.Activate(bottom.call(x)));
        return new NetworkDefinition(network, DownChannels: [c, c], UpChannels: [c, c]) { SmallestSide = 3 };
    }

    /// <summary>Down: activate(conv(x)), which is also the skip. Up: conv(x + skip).</summary>
    private sealed class AddedLevel(LayerOptions layers, string name, int input, int channels, int output) : Level
    {
        private readonly Convolution left = new(layers, input, channels, 3, padding: 1), right = new(layers, channels, output, 3, padding: 1);

        public override IReadOnlyList<NamedModule> Left => [new(name + ".left", left)];

        public override IReadOnlyList<NamedModule> Right => [new(name + ".right", right)];

        public override (Tensor Down, Tensor? Skip) Descend(Tensor x)
        {
            var down = layers.Activate(left.call(x));
            return (down, down);
        }

        public override Tensor Ascend(Tensor x, Tensor? skip) => right.call(x.Plus(skip!));
    }
}
