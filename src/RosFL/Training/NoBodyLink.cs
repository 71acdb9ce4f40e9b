using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>
/// The site-only control: features are zero, of the shape and type a body would give. What the outer levels score alone is what the body
/// has to beat.
/// </summary>
public sealed class NoBodyLink(Func<Tensor, Tensor> zeroFeatures) : IBodyLink
{
    public Tensor Forward(Tensor smashed, StepTime time) => zeroFeatures(smashed);

    public Tensor Backward(Tensor featuresGradient, StepTime time) => featuresGradient.new_zeros(smashedShape);

    public Tensor Infer(Tensor smashed) => zeroFeatures(smashed);

    public void Dispose() { }

    private readonly long[] smashedShape = [];
}
