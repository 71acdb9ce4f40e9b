using static TorchSharp.torch;

namespace RosFL.Training;

/// <summary>The link to a body in the same process; <paramref name="retired"/> is told when the site is done with it.</summary>
public sealed class LocalBodyLink(BodyReplica body, Action<BodyReplica>? retired = null) : IBodyLink
{
    public BodyReplica Body => body;

    public Tensor Forward(Tensor smashed, StepTime time) => body.Forward(smashed);

    public Tensor Backward(Tensor featuresGradient, StepTime time) => body.Backward(featuresGradient, time);

    public Tensor Infer(Tensor smashed) => body.Infer(smashed);

    public void Dispose()
    {
        retired?.Invoke(body);
        body.Dispose();
    }
}
