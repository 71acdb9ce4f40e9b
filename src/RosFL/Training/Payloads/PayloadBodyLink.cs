using RosFL.Runs;
using static TorchSharp.torch;

namespace RosFL.Training.Payloads;

/// <summary>A link in one process that loses the precision that the wire would lose.</summary>
public sealed class PayloadBodyLink(IBodyLink inner, PayloadCodec codec) : IBodyLink
{
    /// <summary>The link as a study in one process uses it: as it is where the payload loses nothing.</summary>
    public static IBodyLink Around(IBodyLink link, WireOptions options) =>
        options.Payload == PayloadKind.Fp32 ? link : new PayloadBodyLink(link, new PayloadCodec(options));

    public Tensor Forward(Tensor smashed, StepTime time) =>
        Crossed(inner.Forward(codec.RoundTrip(smashed, CutTensor.Smashed), time), CutTensor.Features);

    public Tensor Backward(Tensor featuresGradient, StepTime time) =>
        Crossed(inner.Backward(codec.RoundTrip(featuresGradient, CutTensor.FeaturesGradient), time), CutTensor.SmashedGradient);

    public Tensor Infer(Tensor smashed) => Crossed(inner.Infer(codec.RoundTrip(smashed, CutTensor.Smashed)), CutTensor.Features);

    public void Dispose() => inner.Dispose();

    private Tensor Crossed(Tensor answer, string name)
    {
        using (answer) return codec.RoundTrip(answer, name);
    }
}
