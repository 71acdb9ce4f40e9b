using RosFL.Networks.Layers;
using static TorchSharp.torch;

namespace RosFL.Privacy.Audit;

/// <summary>
/// An attacker's network from what crossed a cut to an image or a label map: two blocks at the resolution of the cut, then a block for each doubling
/// up to the image's.
/// </summary>
internal sealed class Decoder : nn.Module<Tensor, Tensor>
{
    private readonly Convolution first, last;
    private readonly TorchSharp.Modules.ModuleList<ConvolutionBlock> blocks = new();
    private readonly TorchSharp.Modules.ModuleList<TransposedConvolution> raises = new();
    private readonly TransposedConvolution? border;
    private readonly LayerOptions options;
    private readonly long[] size;

    /// <param name="smashed">Shape of what crossed, (N, c, h, w).</param>
    /// <param name="images">Shape of what is wanted, (N, C, H, W).</param>
    public Decoder(LayerOptions options, long[] smashed, long[] images, int channels) : base(nameof(Decoder))
    {
        (this.options, size) = (options, images[2..]);
        first = new Convolution(options, (int)smashed[1], channels, 3, padding: 1);
        blocks.Add(new ConvolutionBlock(options, channels, channels));
        var height = smashed[2];
        for (; 2 * height <= images[2] + 1; height *= 2)
        {
            raises.Add(new TransposedConvolution(options, channels, channels, 2, stride: 2));
            blocks.Add(new ConvolutionBlock(options, channels, channels));
        }
        blocks.Add(new ConvolutionBlock(options, channels, channels));
        // an unpadded convolution in the head has cut a border off
        border = images[2] > height ? new TransposedConvolution(options, channels, channels, (int)(images[2] - height) + 1) : null;
        last = new Convolution(options, channels, (int)images[1], 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = blocks[0].call(options.Activate(first.call(x)));
        for (var i = 0; i < raises.Count; i++) x = blocks[i + 1].call(raises[i].call(x));
        x = blocks[^1].call(x);
        if (border is not null) x = border.call(x);
        return last.call(Fitted(x)).to(ScalarType.Float32);
    }

    /// <summary>Odd sizes come out of halving and doubling a pixel too long or too short.</summary>
    private Tensor Fitted(Tensor x)
    {
        for (var axis = 0; axis < size.Length; axis++)
        {
            var (dimension, missing) = (axis + 2, size[axis] - x.shape[axis + 2]);
            if (missing > 0) x = cat([x, x.narrow(dimension, x.shape[dimension] - missing, missing)], dimension);
            else if (missing < 0) x = x.narrow(dimension, 0, size[axis]);
        }
        return x;
    }
}
