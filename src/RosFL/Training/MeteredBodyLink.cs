using RosFL.Training.Payloads;
using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>Counts the bytes of the tensors that cross a link, as the wire would carry them, without headers.</summary>
public sealed class MeteredBodyLink(IBodyLink inner, PayloadCodec codec) : IBodyLink
{
    /// <summary>Bytes from the site to the body.</summary>
    public long Up { get; private set; }

    /// <summary>Bytes from the body to the site.</summary>
    public long Down { get; private set; }

    public Tensor Forward(Tensor smashed, StepTime time) => Counted(smashed, inner.Forward(smashed, time));

    public Tensor Backward(Tensor featuresGradient, StepTime time) => Counted(featuresGradient, inner.Backward(featuresGradient, time));

    public Tensor Infer(Tensor smashed) => inner.Infer(smashed);

    public void Dispose() => inner.Dispose();

    private Tensor Counted(Tensor sent, Tensor received)
    {
        Up += codec.BytesOf(sent);
        Down += codec.BytesOf(received);
        return received;
    }
}
