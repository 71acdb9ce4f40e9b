using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace RosFL.Bench;

/// <summary>RED-CNN as one would write it in TorchSharp without this library.</summary>
internal sealed class PlainRedCnn : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1, conv2, conv3, conv4, conv5;
    private readonly ConvTranspose2d tconv1, tconv2, tconv3, tconv4, tconv5;

    public PlainRedCnn(int channels) : base(nameof(PlainRedCnn))
    {
        conv1 = Conv2d(1, channels, 5);
        conv2 = Conv2d(channels, channels, 5);
        conv3 = Conv2d(channels, channels, 5);
        conv4 = Conv2d(channels, channels, 5);
        conv5 = Conv2d(channels, channels, 5);
        tconv1 = ConvTranspose2d(channels, channels, 5);
        tconv2 = ConvTranspose2d(channels, channels, 5);
        tconv3 = ConvTranspose2d(channels, channels, 5);
        tconv4 = ConvTranspose2d(channels, channels, 5);
        tconv5 = ConvTranspose2d(channels, 1, 5);
        RegisterComponents();
    }

    // the operators of TorchSharp, as one would write them without knowing better
#pragma warning disable RS0030
    public override Tensor forward(Tensor x)
    {
        var a2 = relu(conv2.call(relu(conv1.call(x))));
        var a4 = relu(conv4.call(relu(conv3.call(a2))));
        var u = tconv1.call(relu(conv5.call(a4))) + a4;
        u = tconv3.call(relu(tconv2.call(relu(u)))) + a2;
        return relu(tconv5.call(relu(tconv4.call(relu(u)))) + x);
    }
#pragma warning restore RS0030
}
