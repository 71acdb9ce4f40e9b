using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>
/// The site-only control: features are zero, of the shape a body would give. What the outer levels score alone is what a body has to beat.
/// </summary>
public sealed class NoBodyLink(int featureChannels) : IBodyLink
{
    private long[] smashedShape = [];

    public Tensor Forward(Tensor smashed, StepTime time)
    {
        smashedShape = smashed.shape;
        return Infer(smashed);
    }

    public Tensor Backward(Tensor featuresGradient, StepTime time) => featuresGradient.new_zeros(smashedShape);

    public Tensor Infer(Tensor smashed) => smashed.new_zeros([smashed.shape[0], featureChannels, .. smashed.shape.Skip(2)]);

    public void Dispose() { }
}
